// `lif build --local`: builds of a catalog's directory with nothing but Docker.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/command.h"

namespace lif {

struct LocalBuildOptions {
  std::string catalog;  // directory
  std::string base_from;
  std::string state_dir = ".lif/local";
  std::vector<std::string> capabilities;
  std::string secret_dir;
};

void AddLocalBuildOptions(OptionSet* options, LocalBuildOptions* local);

// One after the other, each as `lif build --wait` would. CANCELLED after Ctrl-C, when nothing runs
// any more. Without platforms this machine's.
absl::StatusOr<ExitCode> BuildLocally(CliContext& context, const LocalBuildOptions& options,
                                      const std::vector<std::string>& manifest_ids,
                                      const std::vector<std::string>& platforms);

}  // namespace lif
