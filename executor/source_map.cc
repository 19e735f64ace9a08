#include "executor/source_map.h"

#include "absl/strings/str_cat.h"

namespace lif {

std::string StageNameOf(const Module& module) {
  return absl::StrCat(std::string(SlotName(module.slot)), "-", module.name);
}

SourcePlace FindSource(const RenderedDockerfile& dockerfile, const ResolvedManifest& manifest,
                       const BuildFailure& failure) {
  for (const SourceLine& line : dockerfile.lines) {
    if (line.first <= failure.dockerfile_line && failure.dockerfile_line <= line.last) {
      return {line.module_ref, line.fragment_first + failure.dockerfile_line - line.first};
    }
  }
  for (const ResolvedModule& resolved : manifest.stack) {
    if (!failure.stage.empty() && StageNameOf(resolved.module) == failure.stage) {
      return {resolved.module.Ref(), 0};
    }
  }
  return {};
}

}  // namespace lif
