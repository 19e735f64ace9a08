// Finds the primary through sentinels.
#pragma once

#include "absl/status/statusor.h"
#include "common/redis/redis_options.h"

namespace lif {

// `options` with host and port of the server that the first sentinel to answer names as the
// primary. Whether it is one is for the caller to check: a sentinel may not have heard of a
// failover yet. UNAVAILABLE when none answers or knows the name. Blocks for options.connect_timeout
// a sentinel.
absl::StatusOr<RedisOptions> FindPrimary(const RedisOptions& options);

}  // namespace lif
