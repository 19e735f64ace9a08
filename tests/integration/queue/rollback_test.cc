// Redis that comes back from an older state: it is noticed, and what was promised is claimed again.
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/ids.h"
#include "common/queue/redis_queue_admin.h"
#include "tests/integration/queue/redis_harness.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

constexpr absl::Duration kLease = absl::Seconds(30);

class Rollback {
 public:
  Rollback() {
    auto started = RedisServer::Start();
    REQUIRE(started.ok());
    server_ = *std::move(started);
    queue_ = NewQueue();
  }
  std::unique_ptr<RedisJobQueue> NewQueue() {
    return std::make_unique<RedisJobQueue>(QueueOptions(*server_, "f"), &clock_);
  }
  RedisServer& server() { return *server_; }
  RedisJobQueue& queue() { return *queue_; }
  std::string Submit(RedisJobQueue& queue, const std::string& name) {
    auto outcome = queue.Submit(TestRequest({TestJob(name)}));
    INFO(outcome.status().ToString());
    REQUIRE(outcome.ok());
    return (*outcome)[0].build_id;
  }
  ClaimedJob Claim(RedisJobQueue& queue, const std::string& executor = "ex-1") {
    auto job = queue.Claim({executor, "amd64", NewUlid(clock_.Now()), kLease});
    INFO(job.status().ToString());
    REQUIRE(job.ok());
    REQUIRE(job->has_value());
    return **job;
  }
  LeaseAnswer Beat(RedisJobQueue& queue, const ClaimedJob& job, const std::string& id = "ex-1") {
    ExecutorInfo executor;
    executor.id = id;
    executor.pool = "amd64";
    auto reply = queue.Heartbeat(executor, {{job.spec.job_id, job.token}}, kLease);
    INFO(reply.status().ToString());
    REQUIRE(reply.ok());
    return reply->leases[0];
  }
  void Keep() { REQUIRE(server_->Keep().ok()); }
  void ComeBackOlder() {
    server_->Kill();
    REQUIRE(server_->Return().ok());
    REQUIRE(server_->Restart().ok());
  }
  void ComeBackEmpty() {
    server_->Kill();
    REQUIRE(server_->Erase().ok());
    REQUIRE(server_->Restart().ok());
  }
  QueueTotals Totals() {
    RedisQueueAdmin admin({server_->options(), "f"}, &clock_);
    auto totals = admin.CountTotals();
    REQUIRE(totals.ok());
    return *totals;
  }
  void RequireSound(int64_t jobs) {
    RedisQueueAdmin admin({server_->options(), "f"}, &clock_);
    auto check = admin.CheckQueue(10);
    REQUIRE(check.ok());
    for (const QueueViolation& violation : check->violations) {
      UNSCOPED_INFO(violation.invariant << " " << violation.job_id << " " << violation.detail);
    }
    REQUIRE(check->violation_count == 0);
    REQUIRE(check->jobs_checked == jobs);
  }

 private:
  SystemClock clock_;
  std::unique_ptr<RedisServer> server_;
  std::unique_ptr<RedisJobQueue> queue_;
};

TEST_CASE("rollback: a restart that lost nothing is none") {
  Rollback redis;
  redis.Submit(redis.queue(), "a");
  const ClaimedJob job = redis.Claim(redis.queue());
  for (int i = 0; i < 3; ++i) {
    redis.server().Kill();
    REQUIRE(redis.server().Restart().ok());
    const auto tick = redis.queue().Tick();
    REQUIRE(tick.ok());
    REQUIRE(tick->writes_lost == 0);
    REQUIRE(tick->resubmitted == 0);
    REQUIRE(redis.Beat(redis.queue(), job) == LeaseAnswer::kOk);
  }
  REQUIRE(redis.Totals().rollbacks == 0);
}

TEST_CASE("rollback: the replicas submit again what they were promised, under the same IDs") {
  Rollback redis;
  auto other = redis.NewQueue();
  std::map<std::string, std::string> promised;  // build ID -> manifest
  promised[redis.Submit(redis.queue(), "before")] = "before";
  redis.Keep();
  for (int i = 0; i < 5; ++i) {
    const std::string name = absl::StrCat("mine-", i);
    promised[redis.Submit(redis.queue(), name)] = name;
    const std::string others = absl::StrCat("others-", i);
    promised[redis.Submit(*other, others)] = others;
  }
  SECTION("set back") {
    redis.ComeBackOlder();
  }
  SECTION("emptied") {
    redis.ComeBackEmpty();
  }
  // Others go on first, so that the count is past what was remembered.
  auto fresh = redis.NewQueue();
  for (int i = 0; i < 20; ++i) {
    const std::string name = absl::StrCat("new-", i);
    promised[redis.Submit(*fresh, name)] = name;
  }
  const auto mine = redis.queue().Tick();
  REQUIRE(mine.ok());
  REQUIRE(mine->writes_lost > 0);
  REQUIRE(mine->resubmitted >= 5);
  const auto theirs = other->Tick();
  REQUIRE(theirs->resubmitted == 5);
  REQUIRE(fresh->Tick()->writes_lost == 0);
  REQUIRE(redis.queue().Tick()->resubmitted == 0);
  for (const auto& [build_id, name] : promised) {
    INFO(name);
    const auto job = fresh->GetJob(build_id);
    REQUIRE(job.ok());
    REQUIRE(job->spec.manifest_id == name);
    REQUIRE(job->state == JobState::kReady);
  }
  REQUIRE(redis.Totals().rollbacks == 1);
  REQUIRE(redis.Totals().writes_lost > 0);
  REQUIRE(absl::AbsDuration(redis.Totals().rolled_back - absl::Now()) < absl::Seconds(30));
  redis.RequireSound(static_cast<int64_t>(promised.size()));
}

TEST_CASE("rollback: a build in hand goes on under its token") {
  Rollback redis;
  auto executor = redis.NewQueue();
  const std::string how = GENERATE("submit", "claim", "empty");
  INFO(how);
  if (how == "submit") redis.Keep();
  const std::string build_id = redis.Submit(redis.queue(), "a");
  if (how == "claim") redis.Keep();
  const ClaimedJob job = redis.Claim(*executor);
  how == "empty" ? redis.ComeBackEmpty() : redis.ComeBackOlder();
  SECTION("heartbeat first") {
    REQUIRE(redis.Beat(*executor, job) == LeaseAnswer::kOk);
    // The submitter's part meets the job that is there.
    REQUIRE(redis.queue().Tick().ok());
    const auto view = redis.queue().GetJob(build_id);
    REQUIRE(view.ok());
    REQUIRE(view->state == JobState::kActive);
    REQUIRE(view->executor == "ex-1");
    redis.RequireSound(1);
    REQUIRE(executor->Complete({job.spec.job_id, job.token}, "compatible").ok());
  }
  SECTION("submitted again first") {
    REQUIRE(redis.queue().Tick().ok());
    REQUIRE(redis.Beat(*executor, job) == LeaseAnswer::kOk);
    REQUIRE(executor->Complete({job.spec.job_id, job.token}, "compatible").ok());
  }
  SECTION("complete first") {
    // The fence learns of it with the call that fails.
    REQUIRE(executor->Complete({job.spec.job_id, job.token}, "compatible").ok());
  }
  SECTION("fail first") {
    const auto failed =
        executor->Fail({job.spec.job_id, job.token}, {FailureClass::kTransient, "x"});
    REQUIRE(failed.ok());
    REQUIRE(failed->will_retry);
    return;
  }
  REQUIRE(redis.queue().Tick().ok());
  REQUIRE(redis.queue().GetJob(build_id)->outcome == "compatible");
  auto none = executor->Claim({"ex-1", "amd64", NewUlid(absl::Now()), kLease});
  REQUIRE(none.ok());
  REQUIRE(!none->has_value());
  redis.RequireSound(1);
}

TEST_CASE("rollback: who claimed the job since is not disturbed, and tokens rise") {
  Rollback redis;
  auto executor = redis.NewQueue();
  redis.Submit(redis.queue(), "a");
  redis.Keep();
  const ClaimedJob lost = redis.Claim(*executor);
  redis.ComeBackOlder();
  auto second = redis.NewQueue();
  const ClaimedJob job = redis.Claim(*second, "ex-2");
  REQUIRE(job.spec.job_id == lost.spec.job_id);
  REQUIRE(job.token > lost.token);
  REQUIRE(redis.Beat(*executor, lost) == LeaseAnswer::kLost);
  REQUIRE(
      absl::IsFailedPrecondition(executor->Complete({lost.spec.job_id, lost.token}, "compatible")));
  REQUIRE(redis.Beat(*second, job, "ex-2") == LeaseAnswer::kOk);
  REQUIRE(second->Complete({job.spec.job_id, job.token}, "compatible").ok());
  redis.RequireSound(1);
}

TEST_CASE("rollback: a lease that was lost without one stays lost") {
  Rollback redis;
  auto executor = redis.NewQueue();
  redis.Submit(redis.queue(), "a");
  const ClaimedJob job = redis.Claim(*executor);
  // Given back behind the holder's back, as if it had been reaped.
  auto other = redis.NewQueue();
  REQUIRE(other->Requeue({job.spec.job_id, job.token}).ok());
  redis.server().Kill();
  REQUIRE(redis.server().Restart().ok());
  REQUIRE(redis.Beat(*executor, job) == LeaseAnswer::kLost);
}

TEST_CASE("rollback: an account that may not ask for INFO still works") {
  auto server = RedisServer::Start(
      {"--user", "u", "on", ">p", "~lif:*", "&lif:*", "+@all", "-@admin", "-@dangerous"});
  REQUIRE(server.ok());
  SystemClock clock;
  RedisJobQueueOptions options = QueueOptions(**server, "f");
  options.redis.user = "u";
  options.redis.password = "p";
  RedisJobQueue queue(options, &clock);
  REQUIRE(queue.Submit(TestRequest({TestJob("a")})).ok());
  REQUIRE((*server)->Keep().ok());
  REQUIRE(queue.Submit(TestRequest({TestJob("b")})).ok());
  REQUIRE(queue.Submit(TestRequest({TestJob("c")})).ok());
  (*server)->Kill();
  REQUIRE((*server)->Return().ok());
  REQUIRE((*server)->Restart().ok());
  REQUIRE(queue.Tick()->writes_lost > 0);
}

}  // namespace
}  // namespace lif
