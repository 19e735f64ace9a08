// Where `lif render` gets a Dockerfile from: the control plane, or a catalog's directory.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "cli/command.h"
#include "cli/rendered_build.h"

namespace grpc {
class Channel;
}

namespace lif {

// The bytes of a file of a module.
using FileReader = std::function<absl::StatusOr<std::string>(const RenderedContext& context,
                                                             const RenderedFile& file)>;

struct RenderSource {
  RenderedBuild build;
  FileReader read_file;
};

struct RenderQuery {
  std::string manifest_id;
  std::string platform;
  std::string catalog;   // directory; "" asks the control plane
  std::string blob_dir;  // of the factory, for module files of published modules
  // Recipe of an offline rendering; the control plane knows its own.
  std::string network = "default";
  std::string trust_domain = "default";
};

absl::StatusOr<RenderSource> RenderFromServer(CliContext& context, const RenderQuery& query);
absl::StatusOr<RenderSource> RenderFromDirectory(const RenderQuery& query);

}  // namespace lif
