// The exact command line of a build. Pure; tests compare lists.
#pragma once

#include <string>
#include <vector>

#include "executor/image_builder.h"

namespace lif {

struct BuildxOptions {
  std::string docker = "docker";  // program
  std::string docker_host;        // "unix:///…" or "tcp://…"; "" for Docker's own default
  std::string builder;            // name of a buildx builder; "" or "default" for the engine's own
};

std::vector<std::string> BuildxCommand(const BuildxOptions& options,
                                       const ImageBuildRequest& request);

}  // namespace lif
