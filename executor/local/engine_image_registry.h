// ImageRegistry that is the Docker engine itself: images of local builds are loaded into it, and no
// registry is needed. They keep their digests, by which tests then name them.
#pragma once

#include <string>

#include "common/process/process_runner.h"
#include "executor/image_registry.h"

namespace lif {

// Thread-safe. `runner` must outlive it. Needs an engine with the containerd image store, as builds
// do.
class EngineImageRegistry final : public ImageRegistry {
 public:
  // `docker_host` "": Docker's own default.
  EngineImageRegistry(ProcessRunner& runner, std::string docker_host)
      : runner_(runner), docker_host_(std::move(docker_host)) {}

  // Writes a second copy of the image beside the directory while it runs.
  absl::StatusOr<PushReport> Push(const ImagePush& push, absl::Duration deadline,
                                  std::stop_token stop) override;
  absl::Status Tag(const std::string& source, const std::string& reference, absl::Duration deadline,
                   std::stop_token stop) override;
  // UNIMPLEMENTED: a local build has no layers of others, and one platform.
  absl::StatusOr<ImageManifest> Find(const std::string& image, absl::Duration deadline,
                                     std::stop_token stop) override;
  absl::StatusOr<std::string> Join(const std::vector<std::string>& images,
                                   const std::string& reference, absl::Duration deadline,
                                   std::stop_token stop) override;
  // Those of `references` that are there lose their name; images without a name go.
  void Remove(const std::vector<std::string>& references, absl::Duration deadline);

 private:
  absl::StatusOr<CapturedProcess> Docker(const std::vector<std::string>& arguments,
                                         absl::Duration deadline, std::stop_token stop);

  ProcessRunner& runner_;
  const std::string docker_host_;
};

// The text of an OCI layout's index.json with the one image in it named `reference`, as engines
// read it. INVALID_ARGUMENT when it is no index of one image.
absl::StatusOr<std::string> NameImageInIndex(const std::string& index,
                                             const std::string& reference);

}  // namespace lif
