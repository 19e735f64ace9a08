// A lease that this executor holds, and the two reasons to stop what runs under it.
#pragma once

#include <atomic>
#include <mutex>
#include <stop_token>

#include "absl/time/time.h"
#include "common/queue/job.h"
#include "executor/successor.h"

namespace lif {

// Later ones are stronger: what is lost stays lost.
enum class StopReason {
  kNone,
  kCancelled,  // stop the work, then record the cancellation
  kHandBack,   // drain: stop everything, give the job back unharmed
  kLost,       // somebody else has the job: stop everything, write nothing
};

// Thread-safe.
class HeldLease {
 public:
  explicit HeldLease(Lease lease) : lease_(std::move(lease)) {}
  HeldLease(const HeldLease&) = delete;
  HeldLease& operator=(const HeldLease&) = delete;

  const Lease& lease() const { return lease_; }
  // Requested for any reason: for builds and tests.
  std::stop_token work_stop() const { return work_.get_token(); }
  // Requested when the result is not wanted from us any more: for writing records and tags.
  std::stop_token settle_stop() const { return settle_.get_token(); }

  void Stop(StopReason reason) {
    {
      const std::lock_guard lock(mutex_);
      if (reason <= reason_) return;
      reason_ = reason;
    }
    work_.request_stop();
    if (reason != StopReason::kCancelled) settle_.request_stop();
  }
  // Set while its holder itself ends it at the queue: until that call has come back, a heartbeat
  // that finds it gone says nothing about a loss.
  void SetEnding(bool ending) { ending_ = ending; }
  bool ending() const { return ending_; }

  // What the slot goes on with; null for a lease that no slot holds. Set before the job is handled.
  void SetSuccessor(Successor* successor) { successor_ = successor; }
  Successor* successor() const { return successor_; }

  StopReason reason() const {
    const std::lock_guard lock(mutex_);
    return reason_;
  }

 private:
  const Lease lease_;
  mutable std::mutex mutex_;
  StopReason reason_ = StopReason::kNone;
  std::atomic<bool> ending_ = false;
  Successor* successor_ = nullptr;
  std::stop_source work_;
  std::stop_source settle_;
};

}  // namespace lif
