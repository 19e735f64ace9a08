#include "tests/fakes/fake_clock.h"

namespace lif {

bool FakeClock::Sleep(absl::Duration duration, std::stop_token stop) {
  // Locking wakes the waiter: absl::Mutex looks at conditions again at each unlock.
  std::stop_callback wake(stop, [this] { absl::MutexLock lock(&mutex_); });
  absl::MutexLock lock(&mutex_);
  const absl::Duration end = steady_ + duration;
  const auto over = [this, end, &stop] { return stop.stop_requested() || steady_ >= end; };
  ++sleepers_;
  mutex_.Await(absl::Condition(&over));
  --sleepers_;
  return !stop.stop_requested();
}

void FakeClock::AwaitSleepers(int count) {
  absl::MutexLock lock(&mutex_);
  const auto enough = [this, count] { return sleepers_ >= count; };
  mutex_.Await(absl::Condition(&enough));
}

}  // namespace lif
