// The last stage: configuration and labels of the finished image. Internal to common/stitch.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/catalog/model.h"
#include "common/stitch/module_stage.h"

namespace lif {

struct ImageStageRequest {
  const ResolvedManifest& manifest;
  const Platform& platform;
  std::string from;  // stage below
  // What the modules' CMD came to: an ENTRYPOINT of the template would reset it.
  std::optional<std::vector<std::string>> command;
};

// INVALID_ARGUMENT when a value of the template can't be written into a Dockerfile.
absl::StatusOr<std::string> RenderImageStage(const ImageStageRequest& request);

}  // namespace lif
