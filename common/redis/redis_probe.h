// Whether Redis answers, asked on a connection of its own, so that busy ones don't delay it.
#pragma once

#include "common/redis/redis_client.h"

namespace lif {

// Thread-safe. Does no I/O when made.
class RedisProbe {
 public:
  // `clock` must outlive the probe.
  RedisProbe(const RedisOptions& redis, Clock* clock);

  // One attempt, within a few seconds.
  absl::Status Ping();

 private:
  RedisClient client_;
};

}  // namespace lif
