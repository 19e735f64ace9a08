// What an executor can be told by flags, environment and configuration file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/catalog/digests.h"
#include "common/config/common_config.h"
#include "common/config/http_config.h"
#include "executor/gpu.h"
#include "executor/services.h"

namespace lif {

struct ExecutorConfig {
  CommonConfig common;
  HttpConfig http{"127.0.0.1:7402"};
  std::string executor_id;  // "" for the host's name and the pool
  std::string registry;     // "127.0.0.1:5000/lif"
  bool registry_insecure = false;
  std::string registry_auth_file;
  bool no_registry_cache = false;
  std::string cache_name = "cache";
  std::string pool;                       // "" for the platform's own
  std::string platform = "";              // "" for this machine's
  std::vector<std::string> capabilities;  // "gpu"
  std::string gpu_access = "auto";        // how tests get GPUs: "auto", "gpus", "cdi" (gpu.h)
  Gpus gpus;                              // no option: what was found, where they are offered
  int slots = 2;
  std::string state_dir = "/var/lib/lif-executor";
  std::string secret_dir;
  std::string docker_host;
  std::string builder = "default";
  std::string test_memory = "2g";
  int keep_images = 20;
  int prewarm_images = 0;  // --prewarm-on-start
  int prewarm_mib = 4096;
  absl::Duration prewarm_time = absl::Minutes(10);
  std::string sbom_scanner = "trivy";
  std::string sbom_java_index;
  bool no_sbom = false;
  absl::Duration lease = absl::Seconds(30);
  absl::Duration drain_timeout = absl::Minutes(10);
  absl::Duration build_timeout = absl::Hours(1);
  absl::Duration sbom_timeout = absl::Minutes(10);
  int min_free_disk_mib = 2048;
};

struct ExecutorCommandLine {
  ExecutorConfig config;
  std::optional<std::string> text;    // print it and leave: --help, --version
  std::vector<std::string> warnings;  // about the configuration, for the log
};

// INVALID_ARGUMENT names the option and what is wrong. Fills in what depends on the machine.
absl::StatusOr<ExecutorCommandLine> ParseExecutorCommandLine(const std::vector<std::string>& args,
                                                             const Environment& environment);

// "linux/amd64" or "linux/arm64".
std::string MachinePlatform();
Recipe RecipeOf(const CommonConfig& config);
ExecutorIdentity IdentityOf(const ExecutorConfig& config);

}  // namespace lif
