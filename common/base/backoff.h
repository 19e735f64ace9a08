// Exponential backoff as a pure policy; sleeping is the caller's, through the Clock seam.
#pragma once

#include <algorithm>
#include <cstdint>

#include "absl/time/time.h"

namespace lif {

struct BackoffPolicy {
  absl::Duration initial = absl::Milliseconds(100);
  absl::Duration maximum = absl::Seconds(10);
  double factor = 2.0;

  // The delay before retry number `retry` (0 for the first), scaled by `jitter` in [0, 1] to
  // between half and all of it, so that a crowd of clients spreads out.
  absl::Duration Delay(int retry, double jitter) const {
    absl::Duration delay = initial;
    for (int i = 0; i < retry && delay < maximum; ++i) delay *= factor;
    return std::min(delay, maximum) * (0.5 + 0.5 * jitter);
  }
};

}  // namespace lif
