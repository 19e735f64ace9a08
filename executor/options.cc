#include "executor/options.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "common/base/digest.h"
#include "common/base/host_name.h"
#include "common/config/version.h"
#include "common/process/posix_process_runner.h"

namespace lif {
namespace {

// Connections beyond those of the slots: the claimer, the ticks.
constexpr int kSpareConnections = 2;

// Marks this executor's containers on its engine. The ID alone would not do: executors of two
// factories may share an engine and a name, and one that starts would remove the other's running
// tests as leftovers of its own. A state directory belongs to one executor.
std::string OwnerLabel(const ExecutorConfig& config) {
  std::error_code ignored;  // a path that can't be made absolute still tells most apart
  const std::string state = std::filesystem::absolute(config.state_dir, ignored).string();
  const std::string owner = HostName() + "\n" + config.common.factory + "\n" + state;
  return config.executor_id + "." + Sha256Hex(owner).substr(0, 12);
}

}  // namespace

PostgresOptions PostgresOptionsOf(const ExecutorConfig& config, ErrorCounter errors) {
  PostgresOptions options;
  options.dsn = config.common.postgres_dsn;
  options.application_name = "lif-executor";
  options.max_connections = config.slots + kSpareConnections;
  options.on_error = std::move(errors);
  return options;
}

RedisOptions Counted(RedisOptions redis, ErrorCounter errors) {
  redis.on_error = std::move(errors);
  return redis;
}

RedisJobQueueOptions QueueOptionsOf(const ExecutorConfig& config, const RedisOptions& redis) {
  RedisJobQueueOptions options;
  options.redis = redis;
  options.factory = config.common.factory;
  options.connections = config.slots + kSpareConnections;
  options.bells = 1;
  return options;
}

StageLimits LimitsOf(const ExecutorConfig& config) {
  StageLimits limits;
  limits.build = config.build_timeout;
  limits.sbom = config.sbom_timeout;
  limits.min_free_disk = static_cast<uint64_t>(config.min_free_disk_mib) << 20;
  return limits;
}

ExecutorLoop::Options LoopOptionsOf(const ExecutorConfig& config, std::function<bool()> paused,
                                    std::function<absl::Status()> tick) {
  ExecutorLoop::Options options;
  options.executor_id = config.executor_id;
  options.pool = config.pool;
  options.slots = config.slots;
  options.lease = config.lease;
  options.drain_timeout = config.drain_timeout;
  options.paused = std::move(paused);
  options.tick = std::move(tick);
  return options;
}

ExecutorInfo DescriptionOf(const ExecutorConfig& config) {
  ExecutorInfo info;
  info.id = config.executor_id;
  info.pool = config.pool;
  info.platform = config.platform;
  info.capabilities = config.capabilities;
  info.gpus = config.gpus.names;
  info.recipe = RecipeText(RecipeOf(config.common));
  info.version = std::string(LifVersion());
  info.host = HostName();
  info.slots = config.slots;
  return info;
}

StartPrewarmOptions PrewarmOptionsOf(const ExecutorConfig& config) {
  StartPrewarmOptions options;
  // It was parsed when the configuration was read.
  options.platform = ParsePlatform(config.platform).value_or(Platform());
  options.recipe = RecipeOf(config.common);
  options.docker_host = config.docker_host;
  options.images = config.prewarm_images;
  options.max_bytes = static_cast<int64_t>(config.prewarm_mib) << 20;
  options.max_time = config.prewarm_time;
  return options;
}

DockerTestOptions TesterOptionsOf(const ExecutorConfig& config) {
  DockerTestOptions options;
  options.docker_host = config.docker_host;
  options.executor_id = config.executor_id;
  options.owner = OwnerLabel(config);
  options.memory = config.test_memory;
  options.shelf = config.state_dir + "/images";
  options.keep = config.keep_images;
  if (!config.gpus.docker_flag.empty()) options.gpu_flag = config.gpus.docker_flag;
  return options;
}

absl::StatusOr<Gpus> FindOfferedGpus(const ExecutorConfig& config) {
  const std::vector<std::string>& offers = config.capabilities;
  if (std::count(offers.begin(), offers.end(), kGpuCapability) == 0) return Gpus();
  GpuSearch search;
  search.access = config.gpu_access;
  search.path = SystemEnvironment()("PATH").value_or("");
  PosixProcessRunner runner;
  return FindGpus(runner, search);
}

}  // namespace lif
