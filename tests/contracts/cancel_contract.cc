#include "tests/contracts/queue_steps.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

CancelResult MustCancel(QueueHarness& queue, const std::string& build_id,
                        const std::string& tenant = "default") {
  auto result = queue.jobs().Cancel(build_id, tenant);
  INFO(result.status().ToString());
  REQUIRE(result.ok());
  return *result;
}

void Queued(QueueHarness& queue) {
  const std::string build_id = MustSubmit(queue, TestRequest({TestJob("a")}))[0].build_id;
  REQUIRE(MustCancel(queue, build_id) == CancelResult::kCancelled);
  REQUIRE(MustCancel(queue, build_id) == CancelResult::kCancelled);
  const ClaimedJob ending = ClaimOne(queue);
  REQUIRE(ending.end->outcome == "cancelled");
  REQUIRE(ending.end->failure == FailureClass::kCancelled);
  MustComplete(queue, ending, "cancelled");
  REQUIRE(MustGet(queue, build_id).outcome == "cancelled");
  REQUIRE(MustCancel(queue, build_id) == CancelResult::kEnded);
  REQUIRE(!MustClaim(queue).has_value());
}

void Running(QueueHarness& queue) {
  const std::string build_id = MustSubmit(queue, TestRequest({TestJob("a")}))[0].build_id;
  const ClaimedJob job = ClaimOne(queue);
  REQUIRE(MustCancel(queue, build_id) == CancelResult::kRequested);
  REQUIRE(MustGet(queue, build_id).cancel_requested);
  REQUIRE(Beat(queue, {LeaseOf(job)}).leases[0] == LeaseAnswer::kCancel);
  SECTION("the executor acknowledges it with the record") {
    MustComplete(queue, job, "cancelled");
    REQUIRE(MustGet(queue, build_id).outcome == "cancelled");
  }
  SECTION("an executor that is lost does not lose the cancellation") {
    LoseLeases(queue);
    REQUIRE(ClaimOne(queue).end->outcome == "cancelled");
  }
  SECTION("nor does a drain") {
    REQUIRE(queue.work().Requeue(LeaseOf(job)).ok());
    REQUIRE(ClaimOne(queue).end->outcome == "cancelled");
  }
  SECTION("nor is it tried again") {
    REQUIRE(!queue.work().Fail(LeaseOf(job), {FailureClass::kTransient, "x"})->will_retry);
  }
}

void Shared(QueueHarness& queue) {
  const std::string build_id = MustSubmit(queue, TestRequest({TestJob("a")}, "one"))[0].build_id;
  MustSubmit(queue, TestRequest({TestJob("a")}, "two"));
  REQUIRE(MustCancel(queue, build_id, "stranger") == CancelResult::kShared);
  SECTION("the job goes on for the last waiter") {
    REQUIRE(MustCancel(queue, build_id, "one") == CancelResult::kShared);
    REQUIRE(MustGet(queue, build_id).tenants == std::vector<std::string>{"two"});
    const ClaimedJob job = ClaimOne(queue);
    REQUIRE(job.tenant == "two");
    REQUIRE(!job.end.has_value());
  }
  SECTION("until the last one leaves") {
    REQUIRE(MustCancel(queue, build_id, "two") == CancelResult::kShared);
    REQUIRE(MustCancel(queue, build_id, "one") == CancelResult::kCancelled);
  }
  SECTION("an operator cancels for all") {
    REQUIRE(MustCancel(queue, build_id, "") == CancelResult::kCancelled);
  }
}

void Needed(QueueHarness& queue) {
  const auto outcomes = MustSubmit(
      queue, TestRequest({TestJob("layer"), TestJob("a", {"layer"}), TestJob("b", {"layer"})}));
  const std::string layer = outcomes[0].build_id;
  REQUIRE(MustCancel(queue, outcomes[1].build_id) == CancelResult::kCancelled);
  REQUIRE(MustGet(queue, layer).state == JobState::kReady);
  SECTION("a layer that nobody needs any more is not built") {
    REQUIRE(MustCancel(queue, outcomes[2].build_id) == CancelResult::kCancelled);
    REQUIRE(MustGet(queue, layer).state == JobState::kEnding);
  }
  SECTION("nor built to its end") {
    ClaimOne(queue);                         // the record of a
    const ClaimedJob job = ClaimOne(queue);  // the layer
    REQUIRE(job.spec.build_id == layer);
    REQUIRE(MustCancel(queue, outcomes[2].build_id) == CancelResult::kCancelled);
    REQUIRE(Beat(queue, {LeaseOf(job)}).leases[0] == LeaseAnswer::kCancel);
  }
}

// What a planner makes: a chain of layers, and images of two tenants on it.
void PlannedGraph(QueueHarness& queue) {
  JobSpec lower = TestJob("lower");
  JobSpec upper = TestJob("upper", {"lower"});
  lower.kind = upper.kind = JobKind::kLayer;
  const auto one = MustSubmit(queue, TestRequest({lower, upper, TestJob("a", {"upper"})}, "one"));
  const auto two = MustSubmit(queue, TestRequest({lower, upper, TestJob("b", {"upper"})}, "two"));
  REQUIRE(two[1].disposition == SubmitDisposition::kJoined);
  SECTION("one tenant's image ends alone: the layers are for the other") {
    REQUIRE(MustCancel(queue, one[2].build_id, "one") == CancelResult::kCancelled);
    REQUIRE(MustGet(queue, one[0].build_id).state == JobState::kReady);
    REQUIRE(MustGet(queue, one[1].build_id).state == JobState::kWaiting);
  }
  SECTION("with the last image all layers end, from the top down") {
    REQUIRE(MustCancel(queue, one[2].build_id, "one") == CancelResult::kCancelled);
    REQUIRE(MustCancel(queue, two[2].build_id, "two") == CancelResult::kCancelled);
    for (const SubmitOutcome& outcome : two) {
      REQUIRE(MustGet(queue, outcome.build_id).state == JobState::kEnding);
    }
    for (int i = 0; i < 4; ++i) {
      const ClaimedJob job = ClaimOne(queue);
      REQUIRE(job.end->outcome == "cancelled");
      MustComplete(queue, job, "cancelled");
    }
    REQUIRE(!MustClaim(queue).has_value());
  }
  SECTION("a layer that a tenant wants cancelled goes on while others need it") {
    REQUIRE(MustCancel(queue, one[0].build_id, "one") == CancelResult::kShared);
    REQUIRE(MustGet(queue, one[0].build_id).tenants == std::vector<std::string>{"two"});
  }
}

}  // namespace

void CancelContract(const MakeQueueHarness& make) {
  std::unique_ptr<QueueHarness> queue = make();
  SECTION("unknown") {
    REQUIRE(absl::IsNotFound(queue->jobs().Cancel("01UNKNOWN", "default").status()));
  }
  SECTION("queued") {
    Queued(*queue);
  }
  SECTION("running") {
    Running(*queue);
  }
  SECTION("shared") {
    Shared(*queue);
  }
  SECTION("needed by others") {
    Needed(*queue);
  }
  SECTION("a planned graph") {
    PlannedGraph(*queue);
  }
}

}  // namespace lif
