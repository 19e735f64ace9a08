// Waits for stores that are away: everything resumes by itself when they come back.
#pragma once

#include <functional>
#include <stop_token>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/clock.h"

namespace lif {

struct RetryLimits {
  absl::Duration time = absl::Minutes(30);  // for all tries together
  std::stop_token stop;                     // ends the waiting
};

// True for errors that may pass by themselves: UNAVAILABLE, DEADLINE_EXCEEDED, ABORTED,
// RESOURCE_EXHAUSTED.
bool MayPass(const absl::Status& status);

// Calls `action`, which must be idempotent, until it succeeds, fails for good, or the limits are
// reached; backs off from 0.2 s to 10 s. Answers the last status.
absl::Status RetryWhileAway(Clock& clock, const RetryLimits& limits,
                            const std::function<absl::Status()>& action);

}  // namespace lif
