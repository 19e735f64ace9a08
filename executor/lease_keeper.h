// Keeps the executor's leases alive: one batched heartbeat a period (a quarter of the lease, at
// most 1.5 s while there is work in hand), on its own thread and its own connection.
//
// LOST and CANCEL are answers, and stop the job's work at once. *No answer* is not: the queue may
// be away, and a build goes on; it only makes no external move until Confirm says that the lease
// was still ours after the move was decided.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "common/base/clock.h"
#include "common/log/logger.h"
#include "common/queue/job_queue.h"
#include "executor/held_lease.h"

namespace lif {

// Thread-safe. What is passed by reference must outlive it.
class LeaseKeeper {
 public:
  struct Options {
    absl::Duration lease = absl::Seconds(30);  // heartbeats: four a lease, more with work
    std::function<ExecutorInfo()> describe;    // what to register; called on the keeper's thread
    std::function<void(bool)> drain_changed;   // whether an operator wants it, at each answer
    std::function<void()> replaced;            // another executor, started later, has our ID
  };

  LeaseKeeper(WorkQueue& queue, Clock& clock, Logger logger, Options options);
  ~LeaseKeeper();  // stops
  LeaseKeeper(const LeaseKeeper&) = delete;
  LeaseKeeper& operator=(const LeaseKeeper&) = delete;

  void Start();
  void Stop();  // waits for the thread

  std::shared_ptr<HeldLease> Hold(const Lease& lease);
  void Release(const std::shared_ptr<HeldLease>& lease);
  // Stops all that is held, as when a drain's time is up.
  void StopAll(StopReason reason);
  size_t held() const;
  // Since a heartbeat was last answered, and since the keeper last went round: the latter stays
  // small whatever is away.
  absl::Duration SinceAnswer() const;
  absl::Duration SinceTurn() const;

  // Waits until a heartbeat that began after this call has confirmed the lease. ABORTED when the
  // lease is lost or handed back, DEADLINE_EXCEEDED when no answer came within `wait`.
  absl::Status Confirm(const HeldLease& lease, absl::Duration wait);

 private:
  struct Waiter {
    const HeldLease* lease;
    absl::Duration since;  // steady time
    bool confirmed = false;
    std::stop_source done;
  };

  void Run(std::stop_token stop);
  void Beat();
  absl::Duration Period() const;
  int64_t SteadyMs() const;
  void Wake();

  WorkQueue& queue_;
  Clock& clock_;
  const Logger logger_;
  const Options options_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<HeldLease>> held_;
  std::vector<Waiter*> waiters_;
  std::stop_source wake_;           // ends the present sleep
  bool answered_ = true;            // the last heartbeat was
  std::atomic<int64_t> answer_ms_;  // steady time
  std::atomic<int64_t> turn_ms_;
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace lif
