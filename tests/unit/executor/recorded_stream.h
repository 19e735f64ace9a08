// Streams of `docker buildx build --progress=rawjson` recorded from a real engine, in data/.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/file_util.h"
#include "executor/build_failure.h"
#include "executor/build_tracker.h"
#include "executor/progress_decoder.h"
#include "tests/support/catch.h"

namespace lif {

inline std::string RecordedStream(const std::string& name) {
  auto text = ReadFile(absl::StrCat(LIF_TEST_DATA, "/", name, ".rawjson"), 1 << 20);
  INFO(text.status().ToString());
  REQUIRE(text.ok());
  return *std::move(text);
}

// What the executor sees of a recorded build that ended with exit code 1.
struct ReplayedBuild {
  std::string log;
  std::vector<BuildProgress> progress;
  std::vector<StepReport> steps;
  std::optional<FailedStep> failed;
  std::string plain;
  BuildFailure failure;
};

// Feeds the stream in pieces of `piece` bytes.
inline ReplayedBuild Replay(const std::string& stream, size_t piece = 4096) {
  ReplayedBuild build;
  BuildTracker tracker({[&build](std::string_view text) { build.log.append(text); },
                        [&build](const BuildProgress& p) { build.progress.push_back(p); }});
  ProgressDecoder decoder([&tracker](const ProgressEvent& event) { tracker.Apply(event); });
  for (size_t at = 0; at < stream.size(); at += piece) {
    decoder.Feed(std::string_view(stream).substr(at, piece));
  }
  decoder.Finish();
  tracker.Finish();
  build.steps = tracker.Steps();
  build.failed = tracker.Failed();
  build.plain = decoder.plain();
  ProcessResult result;
  result.exit_code = 1;
  build.failure = ClassifyBuildFailure({result, build.failed, build.plain, "Dockerfile"});
  return build;
}

}  // namespace lif
