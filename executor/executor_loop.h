// Claims jobs and runs them in slots, until it is told to drain.
//
// Slots take turns at claiming: one idle slot at a time waits for work, so that an executor's idle
// load does not grow with its slots.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "common/base/clock.h"
#include "common/log/logger.h"
#include "common/queue/job_queue.h"
#include "executor/lease_keeper.h"
#include "executor/successor.h"

namespace lif {

// What runs a claimed job to its end: to a complete, a fail, a requeue, or nothing when the lease
// is lost. Thread-safe.
class JobHandler {
 public:
  virtual ~JobHandler() = default;
  virtual void Handle(const ClaimedJob& job, HeldLease& lease) = 0;
};

// Run once. What is passed by reference must outlive it.
class ExecutorLoop {
 public:
  struct Options {
    std::string executor_id;
    std::string pool;
    int slots = 1;
    absl::Duration lease = absl::Seconds(30);
    absl::Duration poll = absl::Seconds(2);  // longest wait for the bell; jittered
    absl::Duration drain_timeout = absl::Minutes(10);
    // True while an operator has drained the executor, or its engine is away: it claims nothing,
    // and lives on. May take seconds.
    std::function<bool()> paused;
    // Maintenance of the queue that any executor may do (JobQueue::Tick); empty for none.
    std::function<absl::Status()> tick;
    absl::Duration tick_period = absl::Seconds(2);
  };

  ExecutorLoop(Options options, WorkQueue& queue, JobHandler& handler, LeaseKeeper& keeper,
               Clock& clock, Logger logger);

  // Blocks until `drain` is requested and all jobs have ended. Jobs that still run when the drain
  // timeout is over, or when `hurry` is requested, are handed back.
  void Run(std::stop_token drain, std::stop_token hurry);

  int busy() const { return busy_; }

 private:
  struct Work;
  class NextOfSlot;

  void RunSlot(const std::stop_token& drain);
  void RunJob(const Work& work, Successor& next, const std::stop_token& drain);
  // Waits for it; nullopt when the drain comes first.
  std::optional<ClaimedJob> ClaimNext(ClaimRequest request, const std::stop_token& drain);
  Work Hold(const ClaimedJob& job);
  ClaimRequest NewRequest();
  bool MayClaim(const std::stop_token& drain) const;
  void RunTicks(const std::stop_token& stop);
  double Jitter();

  const Options options_;
  WorkQueue& queue_;
  JobHandler& handler_;
  LeaseKeeper& keeper_;
  Clock& clock_;
  const Logger logger_;
  std::mutex claim_turn_;
  std::atomic<int> busy_ = 0;
};

}  // namespace lif
