#include "executor/config.h"

#include <sys/utsname.h>
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/host_name.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "common/plan/pool.h"
#include "common/registry/image_reference.h"
#include "executor/gpu.h"

namespace lif {
namespace {

constexpr int kMaxSlots = 64;

void AddPlaceOptions(OptionSet& options, ExecutorConfig* config) {
  options.Add({.name = "--executor-id",
               .value = "NAME",
               .help = "Name of this executor in the fleet; the host's name and the pool if empty",
               .env = "LIF_EXECUTOR_ID"},
              &config->executor_id);
  options.Add({.name = "--pool",
               .value = "NAME",
               .help = "Queue to serve; the platform's and capabilities' own if empty",
               .env = "LIF_POOL"},
              &config->pool);
  options.Add({.name = "--platform",
               .value = "OS/ARCH",
               .help = "Platform to build for; this machine's if empty",
               .env = "LIF_PLATFORM"},
              &config->platform);
  options.Add({.name = "--capability",
               .value = "NAME",
               .help = "What this executor offers beyond its platform, such as gpu",
               .env = "LIF_CAPABILITY"},
              &config->capabilities);
  options.Add(
      {.name = "--gpu-access",
       .value = "WAY",
       .help = "How tests get GPUs: gpus (docker run --gpus), cdi, or auto for what is there",
       .env = "LIF_GPU_ACCESS"},
      &config->gpu_access);
  options.Add({.name = "--slots", .value = "N", .help = "Builds at a time", .env = "LIF_SLOTS"},
              &config->slots);
  options.Add({.name = "--state-dir",
               .value = "DIR",
               .help = "Directory for builds in progress; one executor each",
               .env = "LIF_STATE_DIR"},
              &config->state_dir);
  options.Add({.name = "--secret-dir",
               .value = "DIR",
               .help = "Directory with one file for each build secret, named by its ID",
               .env = "LIF_SECRET_DIR"},
              &config->secret_dir);
  options.Add({.name = "--min-free-disk-mib",
               .value = "MIB",
               .help = "Free disk below which no build starts",
               .env = "LIF_MIN_FREE_DISK_MIB"},
              &config->min_free_disk_mib);
}

void AddEngineOptions(OptionSet& options, ExecutorConfig* config) {
  options.Add({.name = "--registry",
               .value = "HOST:PORT/PREFIX",
               .help = "Where images and caches go",
               .env = "LIF_REGISTRY",
               .required = true},
              &config->registry);
  options.Add({.name = "--registry-insecure",
               .help = "Speak plain HTTP to the registry, or don't check its certificate",
               .env = "LIF_REGISTRY_INSECURE"},
              &config->registry_insecure);
  options.Add({.name = "--registry-auth-file",
               .value = "FILE",
               .help = "Credentials for the registry (containers-auth.json)",
               .env = "LIF_REGISTRY_AUTH_FILE"},
              &config->registry_auth_file);
  options.Add({.name = "--no-registry-cache",
               .help = "Neither import nor export build caches",
               .env = "LIF_NO_REGISTRY_CACHE"},
              &config->no_registry_cache);
  options.Add({.name = "--cache-name",
               .value = "NAME",
               .help = "Repository of build caches, below that of the registry",
               .env = "LIF_CACHE_NAME"},
              &config->cache_name);
  options.Add({.name = "--docker-host",
               .value = "URL",
               .help = "Docker engine; Docker's own default if empty",
               .env = "LIF_DOCKER_HOST"},
              &config->docker_host);
  options.Add({.name = "--builder",
               .value = "NAME",
               .help = "buildx builder; default is the engine's own",
               .env = "LIF_BUILDER"},
              &config->builder);
  options.Add({.name = "--test-memory",
               .value = "SIZE",
               .help = "Memory of a test's container, as docker run --memory takes it",
               .env = "LIF_TEST_MEMORY"},
              &config->test_memory);
  options.Add({.name = "--keep-images",
               .value = "N",
               .help = "Tested images to keep on the engine, whose layers the next tests share",
               .env = "LIF_KEEP_IMAGES"},
              &config->keep_images);
}

void AddPrewarmOptions(OptionSet& options, ExecutorConfig* config) {
  options.Add({.name = "--prewarm-on-start",
               .value = "N",
               .help = "At start fetch so many of the stacks that most manifests stand on; 0: none",
               .env = "LIF_PREWARM_ON_START"},
              &config->prewarm_images);
  options.Add({.name = "--prewarm-mib",
               .value = "MIB",
               .help = "With --prewarm-on-start: most that is fetched, compressed",
               .env = "LIF_PREWARM_MIB"},
              &config->prewarm_mib);
  options.Add({.name = "--prewarm-time",
               .value = "TIME",
               .help = "With --prewarm-on-start: longest that it goes on",
               .env = "LIF_PREWARM_TIME"},
              &config->prewarm_time);
}

void AddSbomOptions(OptionSet& options, ExecutorConfig* config) {
  options.Add({.name = "--sbom-scanner",
               .value = "PROGRAM",
               .help = "trivy that lists the packages of images as SPDX 2.3; a path, or a name in "
                       "PATH",
               .env = "LIF_SBOM_SCANNER"},
              &config->sbom_scanner);
  options.Add({.name = "--sbom-java-index",
               .value = "DIR",
               .help = "Directory with trivy's Java index, by which jars are recognised; without "
                       "one jars are not listed",
               .env = "LIF_SBOM_JAVA_INDEX"},
              &config->sbom_java_index);
  options.Add({.name = "--no-sbom",
               .help = "Record builds without a list of their packages",
               .env = "LIF_NO_SBOM"},
              &config->no_sbom);
}

void AddTimeOptions(OptionSet& options, ExecutorConfig* config) {
  options.Add({.name = "--lease",
               .value = "DURATION",
               .help = "Time without a heartbeat after which others may take a job",
               .env = "LIF_LEASE"},
              &config->lease);
  options.Add({.name = "--drain-timeout",
               .value = "DURATION",
               .help = "Time for running builds to end after SIGTERM; then they are handed back",
               .env = "LIF_DRAIN_TIMEOUT"},
              &config->drain_timeout);
  options.Add({.name = "--build-timeout",
               .value = "DURATION",
               .help = "Time that one build may take, without its tests",
               .env = "LIF_BUILD_TIMEOUT"},
              &config->build_timeout);
  options.Add({.name = "--sbom-timeout",
               .value = "DURATION",
               .help = "Time that the list of an image's packages may take",
               .env = "LIF_SBOM_TIMEOUT"},
              &config->sbom_timeout);
}

absl::Status Bad(const std::string& what) {
  return absl::InvalidArgumentError(what);
}

absl::Status FillIn(ExecutorConfig* config) {
  if (config->platform.empty()) config->platform = MachinePlatform();
  LIF_ASSIGN_OR_RETURN(const Platform platform, ParsePlatform(config->platform));
  std::vector<std::string>& offers = config->capabilities;
  const bool gpu_pool = config->pool == kGpuCapability ||
                        config->pool == absl::StrCat(kGpuCapability, "-", platform.arch);
  if (gpu_pool && std::count(offers.begin(), offers.end(), kGpuCapability) == 0) {
    offers.push_back(kGpuCapability);
  }
  std::sort(offers.begin(), offers.end());
  if (config->pool.empty()) config->pool = PoolFor(platform, config->capabilities);
  if (config->executor_id.empty()) {
    config->executor_id = absl::StrCat(HostName(), "-", config->pool);
  }
  return absl::OkStatus();
}

absl::Status Check(const ExecutorConfig& config) {
  LIF_RETURN_IF_ERROR(CheckCommonConfig(config.common));
  LIF_RETURN_IF_ERROR(CheckHttpConfig(config.http));
  for (const auto& [flag, value] :
       {std::pair<const char*, const std::string*>{"--postgres-dsn", &config.common.postgres_dsn},
        {"--redis-url", &config.common.redis_url},
        {"--blob-dir", &config.common.blob_dir}}) {
    if (value->empty()) {
      return Bad(absl::StrCat(flag, " is missing; give it, its environment variable, or a line in ",
                              "the file that --config names"));
    }
  }
  const auto registry = ParseImageReference(config.registry + "/images");
  if (!registry.ok() || !registry->tag.empty() || !registry->digest.empty()) {
    return Bad(absl::StrCat("--registry '", config.registry,
                            "' must be host:port/prefix, such as 127.0.0.1:5000/lif"));
  }
  const auto cache = ParseImageReference(config.registry + "/" + config.cache_name);
  if (!cache.ok() || !cache->tag.empty() || !cache->digest.empty()) {
    return Bad(absl::StrCat("--cache-name '", config.cache_name,
                            "' must be a repository's name, such as cache"));
  }
  if (!IsName(config.executor_id)) {
    return Bad(absl::StrCat("--executor-id '", config.executor_id,
                            "': write lower-case letters, digits, '.', '_' and '-'"));
  }
  if (config.gpu_access != "auto" && config.gpu_access != "gpus" && config.gpu_access != "cdi") {
    return Bad(absl::StrCat("--gpu-access '", config.gpu_access, "': write auto, gpus or cdi"));
  }
  if (config.slots < 1 || config.slots > kMaxSlots) {
    return Bad(absl::StrCat("--slots ", config.slots, ": write 1 to ", kMaxSlots));
  }
  if (config.lease < absl::Seconds(1)) return Bad("--lease: write at least 1s");
  if (config.sbom_scanner.empty() && !config.no_sbom) {
    return Bad(
        "--sbom-scanner is empty; name a trivy, or give --no-sbom to record builds without a "
        "list of their packages");
  }
  if (config.sbom_timeout < absl::Seconds(1)) return Bad("--sbom-timeout: write at least 1s");
  if (config.keep_images < 0) return Bad("--keep-images: write 0 or more");
  if (config.prewarm_images < 0) return Bad("--prewarm-on-start: write 0 or more");
  if (config.prewarm_mib < 1) return Bad("--prewarm-mib: write 1 or more");
  if (config.min_free_disk_mib < 0) return Bad("--min-free-disk-mib: write 0 or more");
  if (config.state_dir.find(':') != std::string::npos) {
    return Bad("--state-dir: a ':' in the path would be read as a tag by skopeo; choose another");
  }
  return absl::OkStatus();
}

}  // namespace

std::string MachinePlatform() {
  utsname machine;
  if (uname(&machine) != 0) return "linux/amd64";
  return std::string(machine.machine) == "aarch64" ? "linux/arm64" : "linux/amd64";
}

absl::StatusOr<ExecutorCommandLine> ParseExecutorCommandLine(const std::vector<std::string>& args,
                                                             const Environment& environment) {
  ExecutorCommandLine line;
  OptionParser parser({.name = "lif-executor",
                       .summary = "Builds, tests and records images for a layered image factory",
                       .config_section = "executor"});
  AddHttpOptions(&parser.root(), &line.config.http);
  AddCommonOptions(&parser.root(), &line.config.common);
  AddPlaceOptions(parser.root(), &line.config);
  AddEngineOptions(parser.root(), &line.config);
  AddPrewarmOptions(parser.root(), &line.config);
  AddSbomOptions(parser.root(), &line.config);
  AddTimeOptions(parser.root(), &line.config);
  LIF_ASSIGN_OR_RETURN(ParsedArguments parsed, parser.Parse(args, environment));
  line.text = std::move(parsed.text);
  line.warnings = std::move(parsed.warnings);
  if (line.text.has_value()) return line;
  LIF_RETURN_IF_ERROR(FillIn(&line.config));
  LIF_RETURN_IF_ERROR(Check(line.config));
  return line;
}

Recipe RecipeOf(const CommonConfig& config) {
  Recipe recipe;
  recipe.network = config.network;
  recipe.engine = config.engine_id;
  recipe.trust_domain = config.trust_domain;
  return recipe;
}

ExecutorIdentity IdentityOf(const ExecutorConfig& config) {
  ExecutorIdentity identity;
  identity.id = config.executor_id;
  identity.pool = config.pool;
  identity.platform = config.platform;
  identity.capabilities = config.capabilities;
  identity.registry = config.registry;
  identity.secret_dir = config.secret_dir;
  identity.registry_cache = !config.no_registry_cache;
  identity.cache_name = config.cache_name;
  identity.recipe = RecipeOf(config.common);
  return identity;
}

}  // namespace lif
