// How commands name one build: its ID, or the newest build of a manifest.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "cli/command.h"
#include "lif/v1/build_service.pb.h"

namespace grpc {
class Channel;
}

namespace lif {

struct BuildRef {
  std::string build_id;
  std::string manifest_id;
  std::string platform;
};

// BUILD_ID, --manifest-id, --platform.
void AddBuildRef(OptionSet* options, BuildRef* ref);

// The build ID; asks the control plane for the newest build when a manifest is named.
absl::StatusOr<std::string> ResolveBuildId(CliContext& context,
                                           const std::shared_ptr<grpc::Channel>& channel,
                                           const BuildRef& ref);

// The build as it is now.
absl::StatusOr<v1::Build> GetBuild(CliContext& context,
                                   const std::shared_ptr<grpc::Channel>& channel,
                                   const std::string& build_id);

}  // namespace lif
