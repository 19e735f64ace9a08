#include <set>

#include "tests/contracts/queue_steps.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

// layer → a, b; a and b → top
void SubmitDiamond(QueueHarness& queue) {
  MustSubmit(queue, TestRequest({TestJob("layer"), TestJob("a", {"layer"}), TestJob("b", {"layer"}),
                                 TestJob("top", {"a", "b"})}));
}

JobState StateOf(QueueHarness& queue, const std::string& name) {
  const auto jobs = queue.jobs().ListJobs({});
  REQUIRE(jobs.ok());
  for (const JobView& job : *jobs) {
    if (job.spec.manifest_id == name) return job.state;
  }
  FAIL("no job " << name);
  return JobState::kDone;
}

void Released(QueueHarness& queue) {
  SubmitDiamond(queue);
  ClaimedJob job = ClaimOne(queue);
  REQUIRE(job.spec.manifest_id == "layer");
  REQUIRE(!MustClaim(queue).has_value());
  MustComplete(queue, job, "compatible");
  MustComplete(queue, job, "compatible");  // again: released once

  const ClaimedJob first = ClaimOne(queue);
  const ClaimedJob second = ClaimOne(queue);
  REQUIRE(std::set<std::string>{first.spec.manifest_id, second.spec.manifest_id} ==
          std::set<std::string>{"a", "b"});
  REQUIRE(!MustClaim(queue).has_value());
  MustComplete(queue, first, "compatible");
  REQUIRE(StateOf(queue, "top") == JobState::kWaiting);
  MustComplete(queue, second, "compatible");
  job = ClaimOne(queue);
  REQUIRE(job.spec.manifest_id == "top");
  MustComplete(queue, job, "compatible");
  REQUIRE(!MustClaim(queue).has_value());
}

void Blamed(QueueHarness& queue) {
  SubmitDiamond(queue);
  const ClaimedJob layer = ClaimOne(queue);
  MustComplete(queue, layer, "failed");
  std::set<std::string> blamed;
  for (int i = 0; i < 3; ++i) {
    const ClaimedJob job = ClaimOne(queue);
    REQUIRE(job.end.has_value());
    REQUIRE(job.end->outcome == "failed");
    REQUIRE(job.end->failure == FailureClass::kUser);
    // Through every generation of dependants, the cause is the build that failed.
    REQUIRE(job.end->cause_build_id == layer.spec.build_id);
    blamed.insert(job.spec.manifest_id);
    MustComplete(queue, job, job.end->outcome);
  }
  REQUIRE(blamed == std::set<std::string>{"a", "b", "top"});
  REQUIRE(!MustClaim(queue).has_value());
}

void LateDependants(QueueHarness& queue) {
  MustSubmit(queue, TestRequest({TestJob("good"), TestJob("bad")}));
  for (int i = 0; i < 2; ++i) {
    const ClaimedJob job = ClaimOne(queue);
    MustComplete(queue, job, job.spec.manifest_id == "good" ? "compatible" : "failed");
  }
  MustSubmit(queue, TestRequest({TestJob("a", {"good"}), TestJob("b", {"good", "bad"})}));
  const ClaimedJob blamed = ClaimOne(queue);
  REQUIRE(blamed.spec.manifest_id == "b");
  REQUIRE(blamed.end.has_value());
  const ClaimedJob ready = ClaimOne(queue);
  REQUIRE(ready.spec.manifest_id == "a");
  REQUIRE(!ready.end.has_value());
}

void Parked(QueueHarness& queue) {
  MustSubmit(queue, TestRequest({TestJob("image")}));
  const ClaimedJob image = ClaimOne(queue);
  REQUIRE(absl::IsInvalidArgument(queue.work().Park(LeaseOf(image), {TestJobId("layer")})));
  MustSubmit(queue, TestRequest({TestJob("layer")}));
  REQUIRE(queue.work().Park(LeaseOf(image), {TestJobId("layer")}).ok());
  REQUIRE(queue.work().Park(LeaseOf(image), {TestJobId("layer")}).ok());
  REQUIRE(StateOf(queue, "image") == JobState::kParked);
  REQUIRE(absl::IsFailedPrecondition(queue.work().Complete(LeaseOf(image), "compatible")));

  const ClaimedJob layer = ClaimOne(queue);
  REQUIRE(layer.spec.manifest_id == "layer");
  REQUIRE(!MustClaim(queue).has_value());
  MustComplete(queue, layer, "compatible");
  const ClaimedJob again = ClaimOne(queue);
  REQUIRE(again.spec.manifest_id == "image");
  REQUIRE(again.attempt == 1);
  REQUIRE(again.token > image.token);
}

}  // namespace

void EdgeContract(const MakeQueueHarness& make) {
  std::unique_ptr<QueueHarness> queue = make();
  SECTION("dependants are released once, when all they need is done") {
    Released(*queue);
  }
  SECTION("a failure blames all above it") {
    Blamed(*queue);
  }
  SECTION("dependants that come after the end") {
    LateDependants(*queue);
  }
  SECTION("a parked job waits for what it found missing") {
    Parked(*queue);
  }
}

}  // namespace lif
