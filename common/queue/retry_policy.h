// Whether and when a failed attempt runs again, by its class. Pure.
#pragma once

#include <optional>

#include "common/base/backoff.h"
#include "common/queue/job.h"

namespace lif {

// nullopt: never by itself. A user's failure would fail again, a cancellation was wanted.
std::optional<BackoffPolicy> RetryBackoff(FailureClass failure);

}  // namespace lif
