#include "tests/fakes/fake_clock.h"

#include <iterator>

namespace lif {

bool FakeClock::Sleep(absl::Duration duration, std::stop_token stop) {
  std::stop_callback wake(stop, [this] {
    MutexLock lock(&mutex_);
    changed_.NotifyAll();
  });
  MutexLock lock(&mutex_);
  const absl::Duration end = steady_ + duration;
  const auto sleeper = sleepers_.insert(end);
  changed_.NotifyAll();
  while (!stop.stop_requested() && steady_ < end) changed_.Wait(&mutex_);
  sleepers_.erase(sleeper);
  return !stop.stop_requested();
}

int FakeClock::Sleepers() const {
  // One whose time has come is as good as awake, though its thread may not have run yet.
  return static_cast<int>(std::distance(sleepers_.upper_bound(steady_), sleepers_.end()));
}

void FakeClock::AwaitSleepers(int count) {
  MutexLock lock(&mutex_);
  while (Sleepers() < count) changed_.Wait(&mutex_);
}

}  // namespace lif
