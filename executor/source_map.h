// From BuildKit's words back to the module's: which fragment and line an error belongs to. Pure.
#pragma once

#include <string>

#include "common/catalog/model.h"
#include "common/stitch/dockerfile.h"
#include "executor/build_failure.h"

namespace lif {

// Name of a module's stage in the rendered Dockerfile: "<slot>-<module>".
std::string StageNameOf(const Module& module);

struct SourcePlace {
  std::string module_ref;  // "" unknown
  int fragment_line = 0;   // 0 unknown
};

// By the line that BuildKit names; failing that, by the stage of the step that failed.
SourcePlace FindSource(const RenderedDockerfile& dockerfile, const ResolvedManifest& manifest,
                       const BuildFailure& failure);

}  // namespace lif
