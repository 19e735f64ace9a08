#include "tests/contracts/queue_steps.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

void PassUntil(QueueHarness& queue, absl::Time when) {
  queue.Pass(std::max(absl::ZeroDuration(), when - queue.Now()) + absl::Milliseconds(20));
}

void TransientFailure(QueueHarness& queue) {
  const std::string build_id = MustSubmit(queue, TestRequest({TestJob("a")}))[0].build_id;
  const JobFailure failure{FailureClass::kTransient, "the registry answered 503"};
  ClaimedJob job = ClaimOne(queue);
  for (int attempt = 1; attempt < 3; ++attempt) {
    REQUIRE(job.attempt == attempt);
    const absl::Time before = queue.Now() - absl::Milliseconds(1);
    const auto result = queue.work().Fail(LeaseOf(job), failure);
    REQUIRE(result->will_retry);
    REQUIRE(result->retry_at > before);
    // The reply may have been lost.
    REQUIRE(queue.work().Fail(LeaseOf(job), failure)->retry_at == result->retry_at);
    const JobView delayed = MustGet(queue, build_id);
    REQUIRE(delayed.state == JobState::kDelayed);
    REQUIRE(delayed.last_error == failure.message);
    REQUIRE(delayed.not_before == result->retry_at);
    REQUIRE(!MustClaim(queue).has_value());
    PassUntil(queue, result->retry_at);
    REQUIRE(queue.jobs().Tick()->promoted == 1);
    job = ClaimOne(queue);
  }
  REQUIRE(job.attempt == 3);
  // Used up: the caller still holds the lease, and writes the record.
  REQUIRE(!queue.work().Fail(LeaseOf(job), failure)->will_retry);
  REQUIRE(MustGet(queue, build_id).state == JobState::kActive);
  MustComplete(queue, job, "error");
  REQUIRE(MustGet(queue, build_id).last_error == failure.message);
}

void FinalFailure(QueueHarness& queue, FailureClass failure) {
  MustSubmit(queue, TestRequest({TestJob("a")}));
  const ClaimedJob job = ClaimOne(queue);
  REQUIRE(!queue.work().Fail(LeaseOf(job), {failure, "no"})->will_retry);
  MustComplete(queue, job, "failed");
}

void BackoffGrows(QueueHarness& queue) {
  JobSpec spec = TestJob("a");
  spec.max_attempts = 6;
  MustSubmit(queue, TestRequest({spec}));
  absl::Duration last = absl::ZeroDuration();
  for (int i = 0; i < 3; ++i) {
    const ClaimedJob job = ClaimOne(queue);
    const absl::Time now = queue.Now();
    const auto result = queue.work().Fail(LeaseOf(job), {FailureClass::kTransient, "again"});
    // Each delay is at least half of twice the one before, so two steps always grow.
    if (i == 2) REQUIRE(result->retry_at - now > last);
    if (i == 0) last = result->retry_at - now;
    PassUntil(queue, result->retry_at);
    REQUIRE(queue.jobs().Tick()->promoted == 1);
  }
}

void Retention(QueueHarness& queue) {
  const std::string build_id = MustSubmit(queue, TestRequest({TestJob("a")}))[0].build_id;
  MustComplete(queue, ClaimOne(queue), "compatible");
  REQUIRE(queue.jobs().Tick()->removed == 0);
  queue.Pass(4 * queue.lease() + absl::Milliseconds(20));  // the harness's retention
  REQUIRE(queue.jobs().Tick()->removed == 1);
  REQUIRE(absl::IsNotFound(queue.jobs().GetJob(build_id).status()));
  // The same job may come again.
  REQUIRE(MustSubmit(queue, TestRequest({TestJob("a")}))[0].disposition ==
          SubmitDisposition::kQueued);
}

}  // namespace

void RetryContract(const MakeQueueHarness& make) {
  std::unique_ptr<QueueHarness> queue = make();
  SECTION("a transient failure backs off and is tried again, up to its limit") {
    TransientFailure(*queue);
  }
  SECTION("a user's failure is never retried") {
    FinalFailure(*queue, FailureClass::kUser);
  }
  SECTION("nor is a cancellation") {
    FinalFailure(*queue, FailureClass::kCancelled);
  }
  SECTION("backoff grows") {
    BackoffGrows(*queue);
  }
  SECTION("retention") {
    Retention(*queue);
  }
}

}  // namespace lif
