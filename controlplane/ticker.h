// Calls the queue's bounded maintenance at a period. Every replica does; the queue's functions make
// it safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>

#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/log/logger.h"
#include "common/queue/job_queue.h"

namespace lif {

// Owns its thread: it ticks from construction until destruction, which waits for a call under way.
class Ticker {
 public:
  // `queue` and `clock` must outlive it. `ticked` hears of each call that succeeded; may be empty.
  Ticker(JobQueue& queue, Clock& clock, Logger logger, absl::Duration period,
         std::function<void(const TickResult&)> ticked = {});

  // Time since the last turn ended; stays small while the loop goes round.
  absl::Duration SinceTurn() const;

 private:
  void Loop(std::stop_token stop);
  void Report(const absl::StatusOr<TickResult>& result);

  JobQueue& queue_;
  Clock& clock_;
  const Logger logger_;
  const absl::Duration period_;
  const std::function<void(const TickResult&)> ticked_;
  std::atomic<int64_t> turned_ms_;  // steady time
  bool away_ = false;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace lif
