#include "executor/lease_keeper.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace lif {
namespace {

// With work in hand a cancellation must arrive soon, however long the lease is.
constexpr absl::Duration kBusyPeriod = absl::Milliseconds(1500);

}  // namespace

LeaseKeeper::LeaseKeeper(WorkQueue& queue, Clock& clock, Logger logger, Options options)
    : queue_(queue),
      clock_(clock),
      logger_(std::move(logger)),
      options_(std::move(options)),
      answer_ms_(SteadyMs()),
      turn_ms_(SteadyMs()) {}

int64_t LeaseKeeper::SteadyMs() const {
  return absl::ToInt64Milliseconds(clock_.Steady());
}

absl::Duration LeaseKeeper::SinceAnswer() const {
  return absl::Milliseconds(SteadyMs() - answer_ms_.load());
}

absl::Duration LeaseKeeper::SinceTurn() const {
  return absl::Milliseconds(SteadyMs() - turn_ms_.load());
}

LeaseKeeper::~LeaseKeeper() {
  Stop();
}

void LeaseKeeper::Start() {
  thread_ = std::jthread([this](std::stop_token stop) { Run(stop); });
}

void LeaseKeeper::Stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  Wake();
  thread_.join();
}

std::shared_ptr<HeldLease> LeaseKeeper::Hold(const Lease& lease) {
  auto held = std::make_shared<HeldLease>(lease);
  const std::lock_guard lock(mutex_);
  held_.push_back(held);
  wake_.request_stop();
  return held;
}

void LeaseKeeper::Release(const std::shared_ptr<HeldLease>& lease) {
  const std::lock_guard lock(mutex_);
  std::erase(held_, lease);
}

void LeaseKeeper::StopAll(StopReason reason) {
  std::vector<std::shared_ptr<HeldLease>> held;
  {
    const std::lock_guard lock(mutex_);
    held = held_;
  }
  for (const auto& lease : held) lease->Stop(reason);
}

size_t LeaseKeeper::held() const {
  const std::lock_guard lock(mutex_);
  return held_.size();
}

absl::Status LeaseKeeper::Confirm(const HeldLease& lease, absl::Duration wait) {
  Waiter waiter{&lease, clock_.Steady(), false, std::stop_source()};
  {
    const std::lock_guard lock(mutex_);
    waiters_.push_back(&waiter);
  }
  {
    const std::stop_callback stopped(lease.settle_stop(),
                                     [&waiter] { waiter.done.request_stop(); });
    Wake();
    clock_.Sleep(wait, waiter.done.get_token());
  }
  const std::lock_guard lock(mutex_);
  std::erase(waiters_, &waiter);
  if (lease.settle_stop().stop_requested()) {
    return absl::AbortedError("the lease is not ours any more");
  }
  if (waiter.confirmed) return absl::OkStatus();
  return absl::DeadlineExceededError(
      absl::StrCat("the queue did not confirm the lease within ", absl::FormatDuration(wait)));
}

void LeaseKeeper::Wake() {
  const std::lock_guard lock(mutex_);
  wake_.request_stop();
}

absl::Duration LeaseKeeper::Period() const {
  const absl::Duration quarter = options_.lease / 4;
  return held() == 0 ? quarter : std::min(quarter, kBusyPeriod);
}

void LeaseKeeper::Run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    const absl::Duration started = clock_.Steady();
    std::stop_token wake;
    {
      // Renewed before the beat: a wake during it starts another one.
      const std::lock_guard lock(mutex_);
      wake_ = std::stop_source();
      wake = wake_.get_token();
    }
    if (stop.stop_requested()) break;
    Beat();
    turn_ms_ = SteadyMs();
    const absl::Duration rest = Period() - (clock_.Steady() - started);
    if (rest > absl::ZeroDuration()) clock_.Sleep(rest, wake);
  }
}

void LeaseKeeper::Beat() {
  std::vector<std::shared_ptr<HeldLease>> held;
  {
    const std::lock_guard lock(mutex_);
    held = held_;
  }
  std::vector<Lease> leases;
  for (const auto& lease : held) leases.push_back(lease->lease());
  const absl::Duration began = clock_.Steady();
  const auto reply = queue_.Heartbeat(options_.describe(), leases, options_.lease);
  if (absl::IsAlreadyExists(reply.status())) {
    logger_.Error("another executor has our ID", {{"error", reply.status()}});
    if (options_.replaced) options_.replaced();
    return;
  }
  if (!reply.ok()) {
    if (answered_) logger_.Warn("heartbeat without answer", {{"error", reply.status()}});
    answered_ = false;
    return;
  }
  if (!answered_) logger_.Info("heartbeat answered again");
  answered_ = true;
  answer_ms_ = SteadyMs();
  for (size_t i = 0; i < held.size() && i < reply->leases.size(); ++i) {
    if (reply->leases[i] == LeaseAnswer::kLost) {
      if (held[i]->ending()) continue;
      logger_.Warn("lease lost", {{"job_id", leases[i].job_id}, {"token", leases[i].token}});
      held[i]->Stop(StopReason::kLost);
    } else if (reply->leases[i] == LeaseAnswer::kCancel) {
      held[i]->Stop(StopReason::kCancelled);
    }
  }
  {
    const std::lock_guard lock(mutex_);
    for (Waiter* waiter : waiters_) {
      for (size_t i = 0; i < held.size() && i < reply->leases.size(); ++i) {
        if (held[i].get() == waiter->lease && waiter->since <= began &&
            reply->leases[i] != LeaseAnswer::kLost) {
          waiter->confirmed = true;
          waiter->done.request_stop();
        }
      }
    }
  }
  if (options_.drain_changed) options_.drain_changed(reply->drain);
}

}  // namespace lif
