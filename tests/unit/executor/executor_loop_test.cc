#include "executor/executor_loop.h"

#include <atomic>
#include <thread>

#include "tests/support/await.h"
#include "tests/unit/executor/running_loop.h"

namespace lif {
namespace {

// Counts jobs, and holds each until it is let go or its lease is stopped.
class GatedHandler final : public JobHandler {
 public:
  explicit GatedHandler(WorkQueue& queue) : queue_(queue) {}
  void Handle(const ClaimedJob& job, HeldLease& lease) override {
    ++begun;
    AwaitSoon([&] { return open.load() || lease.work_stop().stop_requested(); });
    if (lease.reason() == StopReason::kHandBack) {
      ++handed_back;
      queue_.Requeue(lease.lease()).IgnoreError();
    } else {
      queue_.Complete({job.spec.job_id, job.token}, "compatible").IgnoreError();
    }
  }
  std::atomic<bool> open = false;
  std::atomic<int> begun = 0;
  std::atomic<int> handed_back = 0;

 private:
  WorkQueue& queue_;
};

TEST_CASE("Every slot works, and none more") {
  ExecutorRig rig;
  GatedHandler handler(rig.queue);
  std::vector<std::string> builds;
  for (int generation = 1; generation <= 5; ++generation) {
    builds.push_back(rig.Submit("good", generation));
  }
  const TimePump pump(rig.clock);
  RunningLoop loop(rig, handler, LoopOptions(2));
  AwaitSoon([&] { return handler.begun == 2; });
  CHECK(loop.busy() == 2);
  CHECK(rig.queue.ListPools()->front().active == 2);
  handler.open = true;
  AwaitSoon([&] { return handler.begun == 5 && loop.busy() == 0; });
  for (const std::string& build : builds) {
    CHECK(rig.MustGetJob(build).state == JobState::kDone);
    CHECK(rig.MustGetJob(build).attempt == 1);
  }
}

TEST_CASE("An idle loop wakes for a job that comes") {
  ExecutorRig rig;
  GatedHandler handler(rig.queue);
  handler.open = true;
  const TimePump pump(rig.clock);
  RunningLoop loop(rig, handler, LoopOptions(3));
  for (int generation = 1; generation <= 3; ++generation) {
    const std::string build = rig.Submit("good", generation);
    AwaitSoon([&] { return rig.MustGetJob(build).state == JobState::kDone; });
  }
  CHECK(handler.begun == 3);
}

TEST_CASE("A drain lets jobs end and claims no more") {
  ExecutorRig rig;
  GatedHandler handler(rig.queue);
  const std::string running = rig.Submit("good", 1);
  RunningLoop loop(rig, handler, LoopOptions(1));
  AwaitSoon([&] { return handler.begun == 1; });
  const std::string waiting = rig.Submit("good", 2);
  loop.drain.request_stop();
  handler.open = true;
  AwaitSoon([&] { return loop.ended.load(); });
  CHECK(handler.begun == 1);
  CHECK(handler.handed_back == 0);
  CHECK(rig.MustGetJob(running).state == JobState::kDone);
  CHECK(rig.MustGetJob(waiting).state == JobState::kReady);
}

TEST_CASE("A job claimed in the moment of the drain is handed back unbegun") {
  ExecutorRig rig;
  GatedHandler handler(rig.queue);
  const std::string build = rig.Submit("good");
  ExecutorLoop::Options options = LoopOptions(1);
  std::stop_source drain;
  // Asked right before a claim: the drain comes when that is under way.
  options.paused = [&drain] {
    drain.request_stop();
    return false;
  };
  ExecutorLoop loop(options, rig.queue, handler, *rig.keeper, rig.clock, NullLogger());
  loop.Run(drain.get_token(), {});
  CHECK(handler.begun == 0);
  const JobView job = rig.MustGetJob(build);
  CHECK(job.state == JobState::kReady);
  CHECK(job.crash_count == 0);
  CHECK(rig.Claim().attempt == 1);
}

TEST_CASE("What does not end in the drain's time is handed back unharmed") {
  ExecutorRig rig;
  const std::string build = rig.Submit("slow");
  ExecutorLoop::Options options = LoopOptions(1);
  bool hurried = false;
  SECTION("when the time is over") {
    options.drain_timeout = absl::Seconds(20);
  }
  SECTION("or at the second request") {
    hurried = true;
  }
  std::atomic<bool> building = false;
  rig.builder.OnBuild([&building](const ImageBuildRequest&) { building = true; });
  RunningLoop loop(rig, *rig.runner, options);
  AwaitSoon([&] { return building.load(); });
  loop.drain.request_stop();
  if (hurried) {
    loop.hurry.request_stop();
    AwaitSoon([&] { return loop.ended.load(); });
  } else {
    const TimePump pump(rig.clock);
    AwaitSoon([&] { return loop.ended.load(); });
  }
  const JobView job = rig.MustGetJob(build);
  CHECK(job.state == JobState::kReady);
  CHECK(job.crash_count == 0);
  CHECK_FALSE(rig.records.GetRecord(build).ok());
  // The next claim is the first attempt still.
  CHECK(rig.Claim().attempt == 1);
}

TEST_CASE("A queue that is away is asked again until it answers") {
  ExecutorRig rig;
  GatedHandler handler(rig.queue);
  handler.open = true;
  const std::string build = rig.Submit("good");
  rig.queue.SetAway(absl::UnavailableError("away"));
  const TimePump pump(rig.clock);
  RunningLoop loop(rig, handler, LoopOptions(2));
  const absl::Time start = rig.clock.Now();
  AwaitSoon([&] { return rig.clock.Now() > start + absl::Minutes(1); });
  CHECK(handler.begun == 0);
  rig.queue.SetAway(absl::OkStatus());
  AwaitSoon([&] { return handler.begun == 1 && loop.busy() == 0; });
  CHECK(rig.MustGetJob(build).state == JobState::kDone);
}

TEST_CASE("An executor that an operator drained claims nothing until that is taken back") {
  ExecutorRig rig;
  GatedHandler handler(rig.queue);
  handler.open = true;
  std::atomic<bool> paused = true;
  ExecutorLoop::Options options = LoopOptions(2);
  options.paused = [&paused] { return paused.load(); };
  const std::string build = rig.Submit("good");
  const TimePump pump(rig.clock);
  RunningLoop loop(rig, handler, options);
  const absl::Time start = rig.clock.Now();
  AwaitSoon([&] { return rig.clock.Now() > start + absl::Minutes(1); });
  CHECK(handler.begun == 0);
  CHECK(rig.MustGetJob(build).state == JobState::kReady);
  paused = false;
  AwaitSoon([&] { return handler.begun == 1; });
}

TEST_CASE("An idle executor asks little of the queue, however many slots it has") {
  // Counts claims over a minute of an idle loop.
  class CountingQueue final : public WorkQueue {
   public:
    CountingQueue(MemoryJobQueue& queue, Clock& clock) : queue_(queue), clock_(clock) {}
    absl::StatusOr<std::optional<ClaimedJob>> Claim(const ClaimRequest& request) override {
      ++claims;
      return queue_.Claim(request);
    }
    absl::Status WaitForBell(const std::string& /*pool*/, absl::Duration wait) override {
      clock_.Sleep(wait, {});
      return absl::OkStatus();
    }
    absl::StatusOr<HeartbeatReply> Heartbeat(const ExecutorInfo& executor,
                                             const std::vector<Lease>& leases,
                                             absl::Duration lease) override {
      return queue_.Heartbeat(executor, leases, lease);
    }
    absl::Status Complete(const Lease& lease, const std::string& outcome) override {
      return queue_.Complete(lease, outcome);
    }
    absl::StatusOr<std::optional<ClaimedJob>> CompleteAndClaim(const Lease& lease,
                                                               const std::string& outcome,
                                                               const ClaimRequest& next) override {
      return queue_.CompleteAndClaim(lease, outcome, next);
    }
    absl::StatusOr<FailResult> Fail(const Lease& lease, const JobFailure& failure) override {
      return queue_.Fail(lease, failure);
    }
    absl::Status Bury(const Lease& lease, const std::string& reason) override {
      return queue_.Bury(lease, reason);
    }
    absl::Status Requeue(const Lease& lease) override { return queue_.Requeue(lease); }
    absl::Status Park(const Lease& lease, const std::vector<std::string>& needs) override {
      return queue_.Park(lease, needs);
    }
    absl::StatusOr<ClaimedJob> Adopt(const Lease& lease, const std::string& id,
                                     absl::Duration duration) override {
      return queue_.Adopt(lease, id, duration);
    }
    absl::Status ReportProgress(const Lease& lease, const JobProgress& progress) override {
      return queue_.ReportProgress(lease, progress);
    }
    absl::Status Unregister(const std::string& id) override { return queue_.Unregister(id); }
    std::atomic<int> claims = 0;

   private:
    MemoryJobQueue& queue_;
    Clock& clock_;
  };
  ExecutorRig rig;
  CountingQueue counting(rig.queue, rig.clock);
  GatedHandler handler(rig.queue);
  ExecutorLoop loop(LoopOptions(8), counting, handler, *rig.keeper, rig.clock, NullLogger());
  std::stop_source drain;
  std::jthread thread([&] { loop.Run(drain.get_token(), drain.get_token()); });
  for (int second = 0; second < 60; ++second) {
    rig.clock.AwaitSleepers(3);  // keeper, loop, the one slot that waits for the bell
    rig.clock.Advance(absl::Seconds(1));
  }
  drain.request_stop();
  {
    const TimePump pump(rig.clock);
    thread.join();
  }
  CHECK(counting.claims >= 20);
  CHECK(counting.claims <= 60);
}

}  // namespace
}  // namespace lif
