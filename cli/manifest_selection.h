// How commands name many builds: manifests by ID, by what the published catalog has, or from a
// file; and their platforms.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/command.h"
#include "lif/v1/build_service.pb.h"

namespace grpc {
class Channel;
}

namespace lif {

struct ManifestSelection {
  std::vector<std::string> manifest_ids;
  bool all = false;
  std::string match;   // glob on the ID
  std::string module;  // name or name@version
  std::string file;    // of manifest IDs, one a line; "-" for standard input
  std::vector<std::string> platforms;

  // Nothing names a manifest.
  bool empty() const {
    return manifest_ids.empty() && !all && match.empty() && module.empty() && file.empty();
  }
};

// --manifest-id, --all, --match, --module, --file, --platform.
void AddManifestSelection(OptionSet* options, ManifestSelection* selection);

// INVALID_ARGUMENT unless manifests are named in exactly one way; --match and --module go together.
absl::Status CheckManifestSelection(const ManifestSelection& selection);

// The manifest IDs of a list: one a line, '#' begins a comment; each once, in the order given.
// INVALID_ARGUMENT names file and line.
absl::StatusOr<std::vector<std::string>> ParseManifestList(const std::string& name,
                                                           const std::string& text);

// What is named by ID is asked for as it is; of what is looked up in the catalog, the platforms
// that a manifest offers, so that one which offers none of them is left out. NOT_FOUND when nothing
// is left.
absl::StatusOr<std::vector<v1::BuildRequest>> SelectBuilds(
    CliContext& context, const std::shared_ptr<grpc::Channel>& channel,
    const ManifestSelection& selection);

}  // namespace lif
