#include "executor/retry.h"

#include <random>

#include "common/base/backoff.h"

namespace lif {

bool MayPass(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsAborted(status) || absl::IsResourceExhausted(status);
}

absl::Status RetryWhileAway(Clock& clock, const RetryLimits& limits,
                            const std::function<absl::Status()>& action) {
  const BackoffPolicy backoff{.initial = absl::Milliseconds(200), .maximum = absl::Seconds(10)};
  const absl::Duration until = clock.Steady() + limits.time;
  std::minstd_rand random(std::random_device{}());
  std::uniform_real_distribution<double> jitter(0, 1);
  for (int tries = 0;; ++tries) {
    absl::Status status = action();
    if (status.ok() || !MayPass(status)) return status;
    const absl::Duration delay = backoff.Delay(tries, jitter(random));
    if (clock.Steady() + delay > until || !clock.Sleep(delay, limits.stop)) return status;
  }
}

}  // namespace lif
