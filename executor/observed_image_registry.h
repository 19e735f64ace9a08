// A registry whose failures are told to somebody who counts.
#pragma once

#include <functional>
#include <utility>

#include "executor/image_registry.h"

namespace lif {

// As thread-safe as `registry`, which must outlive it. `failed` hears every status that is not OK.
class ObservedImageRegistry final : public ImageRegistry {
 public:
  ObservedImageRegistry(ImageRegistry& registry, std::function<void(const absl::Status&)> failed)
      : registry_(registry), failed_(std::move(failed)) {}

  absl::StatusOr<PushReport> Push(const ImagePush& push, absl::Duration deadline,
                                  std::stop_token stop) override {
    return Told(registry_.Push(push, deadline, stop));
  }
  absl::Status Tag(const std::string& source, const std::string& reference, absl::Duration deadline,
                   std::stop_token stop) override {
    return Told(registry_.Tag(source, reference, deadline, stop));
  }
  // That something is gone is an answer, which has a counter of its own.
  absl::StatusOr<ImageManifest> Find(const std::string& image, absl::Duration deadline,
                                     std::stop_token stop) override {
    absl::StatusOr<ImageManifest> found = registry_.Find(image, deadline, stop);
    return absl::IsNotFound(found.status()) ? found : Told(std::move(found));
  }
  absl::StatusOr<std::string> Join(const std::vector<std::string>& images,
                                   const std::string& reference, absl::Duration deadline,
                                   std::stop_token stop) override {
    return Told(registry_.Join(images, reference, deadline, stop));
  }

 private:
  absl::Status Told(absl::Status status) const {
    if (!status.ok()) failed_(status);
    return status;
  }
  template <typename T>
  absl::StatusOr<T> Told(absl::StatusOr<T> answer) const {
    if (!answer.ok()) failed_(answer.status());
    return answer;
  }

  ImageRegistry& registry_;
  const std::function<void(const absl::Status&)> failed_;
};

}  // namespace lif
