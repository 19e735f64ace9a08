#include "common/queue/retry_policy.h"

#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("only failures of ours are retried") {
  REQUIRE(!RetryBackoff(FailureClass::kNone));
  REQUIRE(!RetryBackoff(FailureClass::kUser));
  REQUIRE(!RetryBackoff(FailureClass::kCancelled));
  for (FailureClass failure :
       {FailureClass::kTransient, FailureClass::kInfrastructure, FailureClass::kTimeout,
        FailureClass::kCapacity, FailureClass::kInternal}) {
    REQUIRE(RetryBackoff(failure));
    REQUIRE(RetryBackoff(failure)->maximum > RetryBackoff(failure)->initial);
  }
  // Disk and memory take longer to come back than a connection does.
  REQUIRE(RetryBackoff(FailureClass::kCapacity)->initial >
          RetryBackoff(FailureClass::kTransient)->initial);
}

TEST_CASE("names of kinds, states and classes come back") {
  for (JobKind kind : {JobKind::kLayer, JobKind::kImage, JobKind::kIndex}) {
    REQUIRE(ParseJobKind(JobKindName(kind)) == kind);
  }
  for (JobState state :
       {JobState::kWaiting, JobState::kReady, JobState::kDelayed, JobState::kActive,
        JobState::kParked, JobState::kEnding, JobState::kDone}) {
    REQUIRE(ParseJobState(JobStateName(state)) == state);
  }
  REQUIRE(!ParseJobState("READY"));
  REQUIRE(FailureClassName(FailureClass::kCapacity) == "capacity");
  REQUIRE(ParseFailureClass("internal") == FailureClass::kInternal);
}

}  // namespace
}  // namespace lif
