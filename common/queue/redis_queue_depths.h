// How deep the queue is, for metrics: what JobQueue::ListPools does not tell.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/queue/queue_functions.h"
#include "common/redis/redis_client.h"

namespace lif {

struct TenantDepth {
  std::string pool;
  std::string tenant;  // "" for all that are not among the deepest
  int64_t ready = 0;   // a shared job counts for each tenant that waits for it
};

struct QueueDepths {
  int64_t dead_letters = 0;
  int64_t ending = 0;                // ended without an executor and want a record
  int64_t rollbacks = 0;             // as QueueTotals has it
  std::vector<TenantDepth> tenants;  // at most 20 of each pool, and the rest
};

// Thread-safe. Does no I/O when made.
class RedisQueueDepths {
 public:
  // `clock` must outlive it.
  RedisQueueDepths(const RedisOptions& redis, const std::string& factory, Clock* clock);

  // One attempt. Errors as JobQueue's.
  absl::StatusOr<QueueDepths> Read();

 private:
  RedisClient client_;
  QueueFunctions functions_;
};

}  // namespace lif
