// What is told of a build that is over. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cli/style.h"
#include "cli/table.h"
#include "lif/v1/build_service.pb.h"
#include "lif/v1/record_service.pb.h"

namespace lif {

struct BuildResult {
  v1::SubmittedBuild submitted;
  v1::Record record;      // without a build ID when there is none
  std::string log_tail;   // last output of what failed
  std::string directory;  // of a local build: its files; "" for a factory's
};

// Everything about one build: where the image is, what was cached, or what failed, where, with what
// exit code, the last of the log, and how to go on.
std::string RenderBuildReport(const BuildResult& result, const Style& style, absl::Time now);

// Several builds: a table, then what failed in each, at most `details` of them.
std::string RenderBuildReports(const std::vector<BuildResult>& results, const Style& style,
                               absl::Time now, size_t width, size_t details);

// Timings in the pipeline's order: "build 28.1s, push 0.3s, test 2.0s".
std::string StagesText(const v1::Record& record);

// "4 cached, 9 run"; "" when there were none.
std::string StepsText(const v1::Record& record);

// "5 passed", "4 passed, 1 failed"; "" when none ran.
std::string TestsText(const v1::Record& record);

// Why it failed, in a line or a few: the engine's own words only where they add something.
std::string WhyText(const v1::Failure& failure);

// Where and how it failed: why, stage, module, line, command, exit code.
std::vector<Field> FailureFields(const v1::Failure& failure, const Style& style);

}  // namespace lif
