// Builds one image from a rendered Dockerfile. Implementations: BuildxImageBuilder;
// tests/fakes/fake_image_builder.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "executor/build_failure.h"
#include "executor/build_tracker.h"

namespace lif {

struct ImageBuildRequest {
  std::string platform;                         // "linux/amd64"
  std::string dockerfile;                       // path
  std::string empty_context;                    // directory: the main context has no files
  std::map<std::string, std::string> contexts;  // name → directory
  std::map<std::string, std::string> secrets;   // ID → file
  std::map<std::string, std::string> labels;    // beyond the Dockerfile's
  std::string target = "image";
  std::string output;         // directory that becomes an OCI image layout; must not exist
  std::string metadata_file;  // written by the builder
  int64_t epoch = 0;          // SOURCE_DATE_EPOCH
  std::string network = "default";
  std::string compression = "zstd";
  std::vector<std::string> cache_from;  // references that may be missing
  std::vector<std::string> cache_to;    // references that the cache is exported to
  absl::Duration deadline = absl::Hours(1);
};

// Called on the thread that builds. They must not block for long: the build waits meanwhile.
struct ImageBuildObserver {
  std::function<void(const std::vector<std::string>& argv)> started;
  std::function<void(std::string_view text)> log;  // whole lines
  std::function<void(const BuildProgress&)> progress;
};

struct ImageBuildReport {
  std::optional<BuildFailure> failure;  // nullopt: built
  std::string image_digest;             // "sha256:…" of the image manifest
  std::vector<StepReport> steps;
  MovedBlobs moved;  // as far as the engine says so
  // One error for each cache that could not be exported, which fails no build.
  std::vector<std::string> lost_exports;
  absl::Duration duration;
};

// Thread-safe; blocks until the work on the engine has ended, at the latest at the deadline or
// soon after `stop` is requested. An error status: the builder could not be started.
class ImageBuilder {
 public:
  virtual ~ImageBuilder() = default;
  virtual absl::StatusOr<ImageBuildReport> Build(const ImageBuildRequest& request,
                                                 const ImageBuildObserver& observer,
                                                 std::stop_token stop) = 0;
};

}  // namespace lif
