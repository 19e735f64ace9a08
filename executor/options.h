// The configuration as the options of each part that the executor is made of. Pure, but for the
// host's name.
#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "common/postgres/postgres_pool.h"
#include "common/queue/redis_job_queue.h"
#include "executor/config.h"
#include "executor/docker_image_tester.h"
#include "executor/executor_loop.h"
#include "executor/services.h"
#include "executor/start_prewarm.h"

namespace lif {

using ErrorCounter = std::function<void(const absl::Status&)>;

PostgresOptions PostgresOptionsOf(const ExecutorConfig& config, ErrorCounter errors);
RedisOptions Counted(RedisOptions redis, ErrorCounter errors);
RedisJobQueueOptions QueueOptionsOf(const ExecutorConfig& config, const RedisOptions& redis);
StageLimits LimitsOf(const ExecutorConfig& config);
StartPrewarmOptions PrewarmOptionsOf(const ExecutorConfig& config);
DockerTestOptions TesterOptionsOf(const ExecutorConfig& config);
// What this machine has of them, if the configuration offers capability gpu, else none. As
// FindGpus.
absl::StatusOr<Gpus> FindOfferedGpus(const ExecutorConfig& config);
ExecutorLoop::Options LoopOptionsOf(const ExecutorConfig& config, std::function<bool()> paused,
                                    std::function<absl::Status()> tick);
// What does not change while it runs.
ExecutorInfo DescriptionOf(const ExecutorConfig& config);

}  // namespace lif
