// Time behind a seam, so that tests advance it instead of sleeping.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace lif {

// Thread-safe. Wall time is for records and people; steady time is for deadlines and durations.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() = 0;
  // Monotonic, from an arbitrary origin.
  virtual absl::Duration Steady() = 0;
  // Blocks for `duration`, or less when `stop` is requested. True if the time passed in full.
  virtual bool Sleep(absl::Duration duration, std::stop_token stop) = 0;
};

class SystemClock final : public Clock {
 public:
  absl::Time Now() override { return absl::Now(); }
  absl::Duration Steady() override;
  bool Sleep(absl::Duration duration, std::stop_token stop) override;
};

}  // namespace lif
