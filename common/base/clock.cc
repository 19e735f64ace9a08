#include "common/base/clock.h"

#include <algorithm>
#include <chrono>

namespace lif {

absl::Duration SystemClock::Steady() {
  return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

bool SystemClock::Sleep(absl::Duration duration, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  // wait_for answers the predicate: true only when a stop was requested.
  // An infinite wait would overflow the clock underneath.
  const absl::Duration bounded = std::min(duration, absl::Hours(24 * 365));
  return !wake.wait_for(lock, stop, absl::ToChronoNanoseconds(bounded),
                        [&stop] { return stop.stop_requested(); });
}

}  // namespace lif
