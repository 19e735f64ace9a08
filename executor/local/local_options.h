// What `lif-executor local` can be told: flags and environment, no configuration file.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/catalog/digests.h"
#include "common/config/option_parser.h"

namespace lif {

struct LocalOptions {
  std::string catalog;    // directory
  std::string base_from;  // pinned catalog of this site; "" for none
  std::string manifest_id;
  std::string platform;  // "" for this machine's
  std::string state_dir = ".lif/local";
  std::vector<std::string> capabilities;  // sorted
  std::string network = "default";
  std::string trust_domain = "default";
  std::string engine_id = "buildkit-v1";
  std::string secret_dir;
  std::string docker_host;
  std::string builder = "default";
  std::string test_memory = "2g";
  std::string sbom_scanner;  // "": the trivy in PATH, if there is one
  std::string sbom_java_index;
  bool no_sbom = false;
  absl::Duration build_timeout = absl::Hours(1);
  int min_free_disk_mib = 2048;

  Recipe recipe() const;
};

struct LocalCommandLine {
  LocalOptions options;
  std::optional<std::string> text;  // print it and leave: --help, --version
};

// `args` without "local". INVALID_ARGUMENT names the option and what is wrong.
absl::StatusOr<LocalCommandLine> ParseLocalCommandLine(const std::vector<std::string>& args,
                                                       const Environment& environment);

}  // namespace lif
