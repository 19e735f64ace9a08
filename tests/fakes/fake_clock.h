// A clock that stands still until a test advances it.
#pragma once

#include <set>
#include <stop_token>

#include "absl/base/thread_annotations.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"

namespace lif {

// Thread-safe. A sleeper wakes when the time it waits for has come, or when it is stopped.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(absl::Time start = absl::FromUnixSeconds(1700000000)) : now_(start) {}

  absl::Time Now() override {
    MutexLock lock(&mutex_);
    return now_;
  }
  absl::Duration Steady() override {
    MutexLock lock(&mutex_);
    return steady_;
  }
  bool Sleep(absl::Duration duration, std::stop_token stop) override;

  void Advance(absl::Duration duration) {
    MutexLock lock(&mutex_);
    now_ += duration;
    steady_ += duration;
    // Only for whom it is time: tests advance in small steps.
    if (!sleepers_.empty() && *sleepers_.begin() <= steady_) changed_.NotifyAll();
  }
  // Blocks until `count` threads sleep on beyond now, so that a test advances the clock neither too
  // early nor after a real wait.
  void AwaitSleepers(int count);

 private:
  int Sleepers() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Mutex mutex_;
  CondVar changed_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
  absl::Duration steady_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();
  std::multiset<absl::Duration> sleepers_ ABSL_GUARDED_BY(mutex_);  // when each wakes, steady
};

}  // namespace lif
