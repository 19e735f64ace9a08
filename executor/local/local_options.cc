#include "executor/local/local_options.h"

#include <algorithm>

#include "common/base/ids.h"
#include "common/base/platform.h"
#include "common/base/status_macros.h"
#include "executor/config.h"

namespace lif {
namespace {

void AddWhatToBuild(OptionSet& options, LocalOptions* local) {
  options.Add(
      {.name = "--catalog", .value = "DIR", .help = "Catalog to build from", .required = true},
      &local->catalog);
  options.Add(
      {.name = "--manifest-id", .value = "ID", .help = "Manifest to build", .required = true},
      &local->manifest_id);
  options.Add({.name = "--platform",
               .value = "OS/ARCH",
               .help = "Platform to build for; this machine's if empty"},
              &local->platform);
  options.Add({.name = "--base-from",
               .value = "DIR",
               .help = "Pinned catalog of this site: bases and variables for one that is not",
               .env = "LIF_BASE_FROM"},
              &local->base_from);
  options.Add({.name = "--state-dir", .value = "DIR", .help = "Where results are left"},
              &local->state_dir);
  options.Add({.name = "--capability",
               .value = "NAME",
               .help = "What this machine offers beyond its platform, such as gpu"},
              &local->capabilities);
  options.Add({.name = "--secret-dir",
               .value = "DIR",
               .help = "Directory with one file for each build secret, named by its ID",
               .env = "LIF_SECRET_DIR"},
              &local->secret_dir);
}

void AddRecipe(OptionSet& options, LocalOptions* local) {
  options.Add({.name = "--network",
               .value = "MODE",
               .help = "Network of RUN",
               .env = "LIF_NETWORK",
               .choices = {"default", "host"}},
              &local->network);
  options.Add({.name = "--trust-domain",
               .value = "NAME",
               .help = "Trust domain, whose layers and cache mounts are shared",
               .env = "LIF_TRUST_DOMAIN"},
              &local->trust_domain);
  options.Add({.name = "--engine-id",
               .value = "ID",
               .help = "Engine compatibility, as the factory has it",
               .env = "LIF_ENGINE_ID"},
              &local->engine_id);
}

void AddSbom(OptionSet& options, LocalOptions* local) {
  options.Add({.name = "--sbom-scanner",
               .value = "PROGRAM",
               .help = "trivy that lists the image's packages as SPDX 2.3; the one in PATH, if "
                       "there is one, when empty",
               .env = "LIF_SBOM_SCANNER"},
              &local->sbom_scanner);
  options.Add({.name = "--sbom-java-index",
               .value = "DIR",
               .help = "Directory with trivy's Java index, by which jars are recognised",
               .env = "LIF_SBOM_JAVA_INDEX"},
              &local->sbom_java_index);
  options.Add(
      {.name = "--no-sbom", .help = "Make no list of the image's packages", .env = "LIF_NO_SBOM"},
      &local->no_sbom);
}

void AddEngine(OptionSet& options, LocalOptions* local) {
  options.Add({.name = "--docker-host",
               .value = "URL",
               .help = "Docker engine; Docker's own default if empty",
               .env = "LIF_DOCKER_HOST"},
              &local->docker_host);
  options.Add({.name = "--builder",
               .value = "NAME",
               .help = "buildx builder; default is the engine's own",
               .env = "LIF_BUILDER"},
              &local->builder);
  options.Add({.name = "--test-memory",
               .value = "SIZE",
               .help = "Memory of a test's container, as docker run --memory takes it",
               .env = "LIF_TEST_MEMORY"},
              &local->test_memory);
  options.Add({.name = "--build-timeout",
               .value = "DURATION",
               .help = "Time that the build may take, without its tests",
               .env = "LIF_BUILD_TIMEOUT"},
              &local->build_timeout);
  options.Add({.name = "--min-free-disk-mib",
               .value = "MIB",
               .help = "Free disk below which no build starts"},
              &local->min_free_disk_mib);
}

}  // namespace

Recipe LocalOptions::recipe() const {
  Recipe recipe;
  recipe.network = network;
  recipe.engine = engine_id;
  recipe.trust_domain = trust_domain;
  return recipe;
}

absl::StatusOr<LocalCommandLine> ParseLocalCommandLine(const std::vector<std::string>& args,
                                                       const Environment& environment) {
  LocalCommandLine line;
  OptionParser parser({.name = "lif-executor local",
                       .summary = "Builds one image with nothing but Docker, for lif build --local",
                       .config_section = ""});
  AddWhatToBuild(parser.root(), &line.options);
  AddRecipe(parser.root(), &line.options);
  AddSbom(parser.root(), &line.options);
  AddEngine(parser.root(), &line.options);
  LIF_ASSIGN_OR_RETURN(ParsedArguments parsed, parser.Parse(args, environment));
  line.text = std::move(parsed.text);
  if (line.text.has_value()) return line;
  LocalOptions& options = line.options;
  if (options.platform.empty()) options.platform = MachinePlatform();
  LIF_RETURN_IF_ERROR(ParsePlatform(options.platform).status());
  if (!IsName(options.trust_domain)) {
    return absl::InvalidArgumentError(
        "--trust-domain: write lower-case letters, digits, '.', '_' and '-'");
  }
  std::sort(options.capabilities.begin(), options.capabilities.end());
  return line;
}

}  // namespace lif
