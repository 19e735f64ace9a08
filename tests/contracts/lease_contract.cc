#include "common/base/ids.h"
#include "tests/contracts/queue_steps.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

void ClaimAndComplete(QueueHarness& queue) {
  const std::string build_id = MustSubmit(queue, TestRequest({TestJob("a")}))[0].build_id;
  REQUIRE(!MustClaim(queue, "ex-1", "arm64").has_value());
  const ClaimedJob job = ClaimOne(queue);
  REQUIRE(job.spec.build_id == build_id);
  REQUIRE(job.spec.manifest_id == "a");
  REQUIRE(job.attempt == 1);
  REQUIRE(job.crash_count == 0);
  REQUIRE(job.tenant == "default");
  REQUIRE(job.token > 0);
  REQUIRE(!job.end.has_value());
  REQUIRE(job.lease_expiry > job.submitted);
  REQUIRE(!MustClaim(queue).has_value());

  const JobView active = MustGet(queue, build_id);
  REQUIRE(active.state == JobState::kActive);
  REQUIRE(active.executor == "ex-1");
  REQUIRE(active.attempt == 1);
  REQUIRE(active.started != absl::InfinitePast());

  MustComplete(queue, job, "compatible");
  const JobView done = MustGet(queue, build_id);
  REQUIRE(done.state == JobState::kDone);
  REQUIRE(done.outcome == "compatible");
  REQUIRE(done.executor.empty());
  REQUIRE(done.finished >= done.started);
  // A retry of a call whose reply was lost.
  MustComplete(queue, job, "compatible");
  REQUIRE(absl::IsInvalidArgument(queue.work().Complete(LeaseOf(job), "splendid")));
}

void NonceReplay(QueueHarness& queue) {
  MustSubmit(queue, TestRequest({TestJob("a"), TestJob("b")}));
  const ClaimRequest request{"ex-1", "amd64", NewUlid(queue.Now()), 20 * queue.lease()};
  const auto first = queue.work().Claim(request);
  REQUIRE(first->has_value());
  const auto again = queue.work().Claim(request);
  REQUIRE(again->has_value());
  REQUIRE((*again)->spec.job_id == (*first)->spec.job_id);
  REQUIRE((*again)->token == (*first)->token);
  REQUIRE(MustClaim(queue)->spec.job_id != (*first)->spec.job_id);
}

void CompletedAndClaimed(QueueHarness& queue) {
  MustSubmit(queue, TestRequest({TestJob("a"), TestJob("b", {"a"})}));
  const ClaimedJob first = ClaimOne(queue);
  const ClaimRequest next{"ex-1", "amd64", NewUlid(queue.Now()), 20 * queue.lease()};
  // What the end of one releases can be claimed by the same call.
  const auto second = queue.work().CompleteAndClaim(LeaseOf(first), "compatible", next);
  REQUIRE(second.ok());
  REQUIRE(second->has_value());
  REQUIRE((*second)->spec.manifest_id == "b");
  REQUIRE(MustGet(queue, first.spec.build_id).outcome == "compatible");
  REQUIRE(MustGet(queue, (*second)->spec.build_id).executor == "ex-1");
  SECTION("again, by who lost the reply") {
    const auto again = queue.work().CompleteAndClaim(LeaseOf(first), "compatible", next);
    REQUIRE(again->has_value());
    REQUIRE((*again)->token == (*second)->token);
    // By the way that an executor takes once its slot is free.
    REQUIRE((*queue.work().Claim(next))->token == (*second)->token);
  }
  SECTION("not for who lost the lease") {
    MustSubmit(queue, TestRequest({TestJob("c")}));
    Lease late = LeaseOf(**second);
    late.token -= 1;
    REQUIRE(absl::IsFailedPrecondition(
        queue.work()
            .CompleteAndClaim(late, "compatible",
                              {"ex-2", "amd64", NewUlid(queue.Now()), next.lease})
            .status()));
    REQUIRE(ClaimOne(queue).spec.manifest_id == "c");
  }
  const auto last = queue.work().CompleteAndClaim(
      LeaseOf(**second), "compatible", {"ex-1", "amd64", NewUlid(queue.Now()), next.lease});
  REQUIRE(last.ok());
  REQUIRE(!last->has_value());
  REQUIRE(MustGet(queue, (*second)->spec.build_id).state == JobState::kDone);
}

void LostLease(QueueHarness& queue) {
  const std::string build_id = MustSubmit(queue, TestRequest({TestJob("a")}))[0].build_id;
  const ClaimedJob old = ClaimOne(queue, "ex-1");
  REQUIRE(LoseLeases(queue).reaped == 1);
  REQUIRE(MustGet(queue, build_id).state == JobState::kReady);
  REQUIRE(MustGet(queue, build_id).crash_count == 1);
  const ClaimedJob job = ClaimOne(queue, "ex-2");
  REQUIRE(job.token > old.token);
  REQUIRE(job.crash_count == 1);
  REQUIRE(job.attempt == 1);

  const Lease late = LeaseOf(old);
  REQUIRE(absl::IsFailedPrecondition(queue.work().Complete(late, "compatible")));
  REQUIRE(absl::IsFailedPrecondition(queue.work().Fail(late, {}).status()));
  REQUIRE(absl::IsFailedPrecondition(queue.work().Requeue(late)));
  REQUIRE(absl::IsFailedPrecondition(queue.work().ReportProgress(late, {})));
  REQUIRE(Beat(queue, {late, LeaseOf(job)}).leases ==
          std::vector<LeaseAnswer>{LeaseAnswer::kLost, LeaseAnswer::kOk});
  REQUIRE(MustGet(queue, build_id).executor == "ex-2");
  MustComplete(queue, job, "compatible");
}

void RenewedLease(QueueHarness& queue) {
  MustSubmit(queue, TestRequest({TestJob("a")}));
  const ClaimedJob job = ClaimOne(queue);
  for (int i = 0; i < 4; ++i) {
    queue.Pass(queue.lease() / 2);
    REQUIRE(Beat(queue, {LeaseOf(job)}).leases[0] == LeaseAnswer::kOk);
    REQUIRE(queue.jobs().Tick()->reaped == 0);
  }
  MustComplete(queue, job, "compatible");
  REQUIRE(Beat(queue, {LeaseOf(job)}).leases[0] == LeaseAnswer::kLost);
}

void Drained(QueueHarness& queue) {
  const std::string build_id = MustSubmit(queue, TestRequest({TestJob("a")}))[0].build_id;
  const ClaimedJob job = ClaimOne(queue);
  REQUIRE(queue.work().Requeue(LeaseOf(job)).ok());
  REQUIRE(queue.work().Requeue(LeaseOf(job)).ok());
  REQUIRE(MustGet(queue, build_id).state == JobState::kReady);
  const ClaimedJob again = ClaimOne(queue, "ex-2");
  REQUIRE(again.attempt == 1);
  REQUIRE(again.crash_count == 0);
  REQUIRE(again.token > job.token);
  REQUIRE(absl::IsFailedPrecondition(queue.work().Requeue(LeaseOf(job))));
}

void Progress(QueueHarness& queue) {
  const std::string build_id = MustSubmit(queue, TestRequest({TestJob("a")}))[0].build_id;
  const ClaimedJob job = ClaimOne(queue);
  const JobProgress progress{"build", 2, 9,   "[core-python 2/3] RUN apt-get \xc3\xa9",
                             true,    1, 4711};
  REQUIRE(queue.work().ReportProgress(LeaseOf(job), progress).ok());
  REQUIRE(MustGet(queue, build_id).progress == progress);
  JobProgress wordy = progress;
  wordy.step_name.assign(10000, 'x');
  REQUIRE(queue.work().ReportProgress(LeaseOf(job), wordy).ok());
  REQUIRE(MustGet(queue, build_id).progress.step_name.size() <= 256);
  MustComplete(queue, job, "compatible");
  REQUIRE(MustGet(queue, build_id).progress == JobProgress{});
  REQUIRE(absl::IsFailedPrecondition(queue.work().ReportProgress(LeaseOf(job), progress)));
}

void Adopted(QueueHarness& queue) {
  const std::string build_id = MustSubmit(queue, TestRequest({TestJob("a")}))[0].build_id;
  const ClaimedJob job = ClaimOne(queue);
  LoseLeases(queue);
  SECTION("while nobody has it") {
    const auto again = queue.work().Adopt(LeaseOf(job), "ex-1", queue.lease());
    REQUIRE(again.ok());
    REQUIRE(again->token > job.token);
    REQUIRE(again->crash_count == 0);
    REQUIRE(MustGet(queue, build_id).executor == "ex-1");
    REQUIRE(!MustClaim(queue).has_value());
    REQUIRE(absl::IsFailedPrecondition(queue.work().Complete(LeaseOf(job), "compatible")));
    MustComplete(queue, *again, "compatible");
  }
  SECTION("not after another claimed it") {
    const ClaimedJob other = ClaimOne(queue, "ex-2");
    REQUIRE(absl::IsFailedPrecondition(
        queue.work().Adopt(LeaseOf(job), "ex-1", queue.lease()).status()));
    MustComplete(queue, other, "compatible");
  }
}

void Buried(QueueHarness& queue) {
  MustSubmit(queue, TestRequest({TestJob("a"), TestJob("b", {"a"})}));
  const ClaimedJob job = ClaimOne(queue);
  REQUIRE(queue.work().Bury(LeaseOf(job), "manifest a is not in the catalog").ok());
  REQUIRE(queue.work().Bury(LeaseOf(job), "manifest a is not in the catalog").ok());
  const JobView view = MustGet(queue, job.spec.build_id);
  REQUIRE(view.dead);
  REQUIRE(view.state == JobState::kDone);
  REQUIRE(view.outcome == "error");
  REQUIRE(view.last_error == "manifest a is not in the catalog");
  REQUIRE(ClaimOne(queue).end->cause_build_id == job.spec.build_id);
}

void CrashLoop(QueueHarness& queue) {
  const std::string build_id = MustSubmit(queue, TestRequest({TestJob("a")}))[0].build_id;
  for (int crash = 1; crash <= 3; ++crash) {
    REQUIRE(ClaimOne(queue).crash_count == crash - 1);
    const TickResult tick = LoseLeases(queue);
    REQUIRE(tick.reaped == 1);
    REQUIRE(tick.dead_lettered == (crash == 3 ? 1 : 0));
  }
  const JobView dead = MustGet(queue, build_id);
  REQUIRE(dead.state == JobState::kEnding);
  REQUIRE(dead.dead);
  REQUIRE(dead.crash_count == 3);

  // An executor of any pool writes its record.
  const auto ending = MustClaim(queue, "ex-9", "arm64");
  REQUIRE(ending.has_value());
  REQUIRE(ending->spec.build_id == build_id);
  REQUIRE(ending->end->outcome == "error");
  REQUIRE(ending->end->failure == FailureClass::kInfrastructure);
  REQUIRE(ending->end->message.find("ex-1") != std::string::npos);
  MustComplete(queue, *ending, "error");
  REQUIRE(MustGet(queue, build_id).outcome == "error");
  REQUIRE(MustGet(queue, build_id).dead);
  REQUIRE(!MustClaim(queue).has_value());
}

}  // namespace

void LeaseContract(const MakeQueueHarness& make) {
  std::unique_ptr<QueueHarness> queue = make();
  SECTION("claim and complete") {
    ClaimAndComplete(*queue);
  }
  SECTION("a claim repeated with its nonce answers the same job") {
    NonceReplay(*queue);
  }
  SECTION("a completion claims the next job") {
    CompletedAndClaimed(*queue);
  }
  SECTION("a lost lease is fenced") {
    LostLease(*queue);
  }
  SECTION("heartbeats keep a lease") {
    RenewedLease(*queue);
  }
  SECTION("a drained job keeps its attempt") {
    Drained(*queue);
  }
  SECTION("progress") {
    Progress(*queue);
  }
  SECTION("a job taken back by who lost it") {
    Adopted(*queue);
  }
  SECTION("a job that must not be done is a dead letter") {
    Buried(*queue);
  }
  SECTION("a job that kills three executors is a dead letter") {
    CrashLoop(*queue);
  }
}

}  // namespace lif
