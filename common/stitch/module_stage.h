// The stage of one module: a defined start, its arguments, and its fragment with flags rewritten.
// Internal to common/stitch.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/catalog/digests.h"
#include "common/catalog/model.h"
#include "common/fragment/fragment.h"
#include "common/fragment/fragment_checker.h"

namespace lif {

// What the stages below leave behind for those above.
struct StitchState {
  std::set<std::string> arguments;  // ARG names of modules below, visible above in one Dockerfile
  std::set<std::string> env;        // ENV names set below
  // What the image runs when nothing else is said; ENTRYPOINT resets what stages below had set.
  std::optional<std::vector<std::string>> command;
};

struct StageRequest {
  const ResolvedModule& module;
  const Platform& platform;
  const Recipe& recipe;
  std::string from;  // stage below
};

struct ModuleStage {
  std::string name;        // "<slot>-<module>"
  std::string text;        // ends in a newline
  int fragment_line = 0;   // line of `text` (1-based) where the fragment begins
  int fragment_lines = 0;  // how many lines it has
};

// Name of the named context that holds the files of a module.
std::string ContextName(const std::string& module);

std::string StageName(const Module& module);

// Checks the fragment and everything that is written into the stage again; INVALID_ARGUMENT says
// which module holds what. Updates `state` for the next stage.
absl::StatusOr<ModuleStage> RenderModuleStage(const StageRequest& request, StitchState* state);

}  // namespace lif
