// What an executor needs to answer, for /readyz.
#pragma once

#include <vector>

#include "common/blobs/blob_store.h"
#include "common/ops/readiness.h"
#include "common/postgres/postgres_pool.h"
#include "common/queue/job_queue.h"
#include "common/redis/redis_probe.h"
#include "executor/engine.h"

namespace lif {

// All must outlive the dependencies.
struct DependencySeams {
  PostgresPool& postgres;
  RedisProbe& redis;
  JobQueue& queue;
  BlobStore& blobs;
  Engine& engine;
};

std::vector<Dependency> ExecutorDependencies(const DependencySeams& seams);

}  // namespace lif
