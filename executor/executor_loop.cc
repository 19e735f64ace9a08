#include "executor/executor_loop.h"

#include <random>
#include <thread>
#include <vector>

#include "common/base/backoff.h"
#include "common/base/ids.h"

namespace lif {

ExecutorLoop::ExecutorLoop(Options options, WorkQueue& queue, JobHandler& handler,
                           LeaseKeeper& keeper, Clock& clock, Logger logger)
    : options_(std::move(options)),
      queue_(queue),
      handler_(handler),
      keeper_(keeper),
      clock_(clock),
      logger_(std::move(logger)) {}

double ExecutorLoop::Jitter() {
  thread_local std::minstd_rand engine(std::random_device{}());
  return std::uniform_real_distribution<double>(0, 1)(engine);
}

void ExecutorLoop::Run(std::stop_token drain, std::stop_token hurry) {
  std::stop_source all_ended;
  std::atomic<int> running = options_.slots;
  std::vector<std::jthread> slots;
  for (int i = 0; i < options_.slots; ++i) {
    slots.emplace_back([this, drain, &running, &all_ended] {
      RunSlot(drain);
      if (--running == 0) all_ended.request_stop();
    });
  }
  std::jthread ticks([this](std::stop_token stop) { RunTicks(stop); });
  clock_.Sleep(absl::InfiniteDuration(), drain);
  logger_.Info("draining", {{"running", busy_.load()}});
  {
    std::stop_source wake;
    const std::stop_callback on_end(all_ended.get_token(), [&wake] { wake.request_stop(); });
    const std::stop_callback on_hurry(hurry, [&wake] { wake.request_stop(); });
    clock_.Sleep(options_.drain_timeout, wake.get_token());
  }
  if (!all_ended.stop_requested()) {
    logger_.Warn("drain time is over; jobs are handed back", {{"running", busy_.load()}});
    keeper_.StopAll(StopReason::kHandBack);
  }
  slots.clear();  // joins
}

// A job, and what holds its lease.
struct ExecutorLoop::Work {
  ClaimedJob job;
  std::shared_ptr<HeldLease> lease;
};

// Of the job that a slot handles.
class ExecutorLoop::NextOfSlot final : public Successor {
 public:
  NextOfSlot(ExecutorLoop& loop, std::stop_token drain) : loop_(loop), drain_(std::move(drain)) {}

  std::optional<ClaimRequest> Request() override {
    if (request_.has_value() || !loop_.MayClaim(drain_)) return request_;
    request_ = loop_.NewRequest();
    return request_;
  }
  void Take(const ClaimedJob& job) override { work_ = loop_.Hold(job); }

  std::optional<Work> work() { return std::move(work_); }
  // After a call without an answer, Claim with it tells what that call claimed.
  ClaimRequest request() { return request_.has_value() ? *request_ : loop_.NewRequest(); }

 private:
  ExecutorLoop& loop_;
  const std::stop_token drain_;
  std::optional<ClaimRequest> request_;
  std::optional<Work> work_;
};

bool ExecutorLoop::MayClaim(const std::stop_token& drain) const {
  return !drain.stop_requested() && !(options_.paused && options_.paused());
}

ClaimRequest ExecutorLoop::NewRequest() {
  return {options_.executor_id, options_.pool, NewUlid(clock_.Now()), options_.lease};
}

ExecutorLoop::Work ExecutorLoop::Hold(const ClaimedJob& job) {
  return {job, keeper_.Hold({job.spec.job_id, job.token})};
}

void ExecutorLoop::RunSlot(const std::stop_token& drain) {
  ClaimRequest request = NewRequest();
  std::optional<Work> work;
  while (true) {
    if (!work.has_value()) {
      const std::lock_guard turn(claim_turn_);
      const std::optional<ClaimedJob> job = ClaimNext(request, drain);
      if (!job.has_value()) return;
      work = Hold(*job);
    }
    NextOfSlot next(*this, drain);
    RunJob(*work, next, drain);
    request = next.request();
    work = next.work();
  }
}

void ExecutorLoop::RunJob(const Work& work, Successor& next, const std::stop_token& drain) {
  ++busy_;
  // Claimed in the moment in which the drain came: others begin it sooner than we end it.
  if (drain.stop_requested() && queue_.Requeue(work.lease->lease()).ok()) {
    logger_.Info("job handed back unbegun", {{"build_id", work.job.spec.build_id}});
  } else {
    work.lease->SetSuccessor(&next);
    handler_.Handle(work.job, *work.lease);
    work.lease->SetSuccessor(nullptr);
  }
  keeper_.Release(work.lease);
  --busy_;
}

std::optional<ClaimedJob> ExecutorLoop::ClaimNext(ClaimRequest request,
                                                  const std::stop_token& drain) {
  // Short, so that a failover is over for all soon after it: idle executors ask as often anyway.
  const BackoffPolicy backoff{.initial = absl::Milliseconds(200), .maximum = absl::Seconds(2)};
  int failures = 0;
  while (!drain.stop_requested()) {
    if (!MayClaim(drain)) {
      clock_.Sleep(options_.poll, drain);
      continue;
    }
    auto claimed = queue_.Claim(request);
    if (claimed.ok() && claimed->has_value()) return **std::move(claimed);
    absl::Status status = claimed.status();
    if (status.ok()) {
      request.nonce = NewUlid(clock_.Now());
      status = queue_.WaitForBell(options_.pool, options_.poll * (0.75 + 0.25 * Jitter()));
    }
    if (status.ok()) {
      if (failures > 0) logger_.Info("queue answers again");
      failures = 0;
      continue;
    }
    // The nonce stays after an error: if the claim did happen, the retry answers the same job.
    if (failures == 0) logger_.Warn("queue is away; trying again", {{"error", status}});
    clock_.Sleep(backoff.Delay(failures++, Jitter()), drain);
  }
  return std::nullopt;
}

void ExecutorLoop::RunTicks(const std::stop_token& stop) {
  if (!options_.tick) return;
  while (clock_.Sleep(options_.tick_period * (0.75 + 0.5 * Jitter()), stop)) {
    // What fails now succeeds at a later tick, here or elsewhere; ClaimNext tells of the outage.
    (void)options_.tick();
  }
}

}  // namespace lif
