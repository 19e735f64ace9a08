// What an executor needs to answer, for /readyz.
#pragma once

#include <string>
#include <vector>

#include "common/blobs/blob_store.h"
#include "common/ops/readiness.h"
#include "common/postgres/postgres_pool.h"
#include "common/process/process_runner.h"
#include "common/queue/job_queue.h"
#include "common/redis/redis_probe.h"
#include "common/registry/registry_client.h"

namespace lif {

// All must outlive the dependencies.
struct DependencySeams {
  PostgresPool& postgres;
  RedisProbe& redis;
  JobQueue& queue;
  BlobStore& blobs;
  ProcessRunner& runner;
  RegistryClient& registry;
};

// Whether the engine answers, within seconds. `docker_host` "" for Docker's default.
absl::Status ProbeDocker(ProcessRunner& runner, const std::string& docker_host);

// `docker_host` as above; `registry_prefix` as in ExecutorIdentity::registry.
std::vector<Dependency> ExecutorDependencies(const DependencySeams& seams,
                                             const std::string& docker_host,
                                             const std::string& registry_prefix);

}  // namespace lif
