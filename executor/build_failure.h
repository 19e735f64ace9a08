// Why a build failed, told from what BuildKit said. Pure.
//
// `user` only when it is certain: a step ended by itself with `exit code: N`, or the Dockerfile is
// wrong. Whatever is not certain is ours, and tried again (design.md §8).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/process/process_runner.h"
#include "common/queue/job.h"
#include "executor/build_tracker.h"

namespace lif {

struct BuildFailure {
  FailureClass failure = FailureClass::kInfrastructure;
  std::string message;           // one or a few lines, for people
  std::string stage;             // of the Dockerfile: "core-python"; "" unknown
  std::string command;           // instruction that failed; "" unknown
  int dockerfile_line = 0;       // 1-based; 0 unknown
  std::optional<int> exit_code;  // of the step
  bool cache_lost = false;       // a blob behind a cache manifest is gone: build without imports
  std::vector<std::string> log_tail;  // last 50 lines of the step that failed
};

// What is known when the builder has ended without success.
struct BuildEvidence {
  ProcessResult process;
  std::optional<FailedStep> failed;
  std::string plain;            // text after the progress objects
  std::string dockerfile_name;  // as BuildKit names it before a line: "Dockerfile"
};

BuildFailure ClassifyBuildFailure(const BuildEvidence& evidence);

// The class of an error text of BuildKit, Docker or a registry that is not about a step.
FailureClass ClassifyEngineError(std::string_view text);

// N of "… exit code: N" at the end of the text.
std::optional<int> ExitCodeOf(std::string_view error);

}  // namespace lif
