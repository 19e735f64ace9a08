#include "tests/fakes/fake_clock.h"

#include <iterator>

namespace lif {

bool FakeClock::Sleep(absl::Duration duration, std::stop_token stop) {
  // Locking wakes the waiter: absl::Mutex looks at conditions again at each unlock.
  std::stop_callback wake(stop, [this] { absl::MutexLock lock(&mutex_); });
  absl::MutexLock lock(&mutex_);
  const absl::Duration end = steady_ + duration;
  const auto over = [this, end, &stop] { return stop.stop_requested() || steady_ >= end; };
  const auto sleeper = sleepers_.insert(end);
  mutex_.Await(absl::Condition(&over));
  sleepers_.erase(sleeper);
  return !stop.stop_requested();
}

void FakeClock::AwaitSleepers(int count) {
  absl::MutexLock lock(&mutex_);
  // One whose time has come is as good as awake, though its thread may not have run yet.
  const auto enough = [this, count] {
    return std::distance(sleepers_.upper_bound(steady_), sleepers_.end()) >= count;
  };
  mutex_.Await(absl::Condition(&enough));
}

}  // namespace lif
