// ImageBuilder by `docker buildx build`, into an OCI layout.
#pragma once

#include "common/process/process_runner.h"
#include "executor/buildx_command.h"

namespace lif {

// Thread-safe. `runner` must outlive it. When a blob behind a cache manifest turns out to be gone,
// builds once more without imports.
class BuildxImageBuilder final : public ImageBuilder {
 public:
  BuildxImageBuilder(ProcessRunner& runner, BuildxOptions options)
      : runner_(runner), options_(std::move(options)) {}

  absl::StatusOr<ImageBuildReport> Build(const ImageBuildRequest& request,
                                         const ImageBuildObserver& observer,
                                         std::stop_token stop) override;

 private:
  absl::StatusOr<ImageBuildReport> BuildOnce(const ImageBuildRequest& request,
                                             const ImageBuildObserver& observer,
                                             std::stop_token stop);

  ProcessRunner& runner_;
  const BuildxOptions options_;
};

}  // namespace lif
