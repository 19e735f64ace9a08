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

  absl::Status Push(const std::string& oci_directory, const std::string& reference,
                    absl::Duration deadline, std::stop_token stop) override {
    return Told(registry_.Push(oci_directory, reference, deadline, stop));
  }
  absl::Status Tag(const std::string& source, const std::string& reference, absl::Duration deadline,
                   std::stop_token stop) override {
    return Told(registry_.Tag(source, reference, deadline, stop));
  }

 private:
  absl::Status Told(absl::Status status) const {
    if (!status.ok()) failed_(status);
    return status;
  }

  ImageRegistry& registry_;
  const std::function<void(const absl::Status&)> failed_;
};

}  // namespace lif
