// ImageRegistry by skopeo.
#pragma once

#include "common/registry/registry_client.h"
#include "executor/image_registry.h"

namespace lif {

// Thread-safe. `client` must outlive it.
class SkopeoImageRegistry final : public ImageRegistry {
 public:
  explicit SkopeoImageRegistry(RegistryClient& client) : client_(client) {}

  absl::Status Push(const std::string& oci_directory, const std::string& reference,
                    absl::Duration deadline, std::stop_token stop) override {
    return client_.PushOci(oci_directory, reference, {deadline, stop});
  }
  absl::Status Tag(const std::string& source, const std::string& reference, absl::Duration deadline,
                   std::stop_token stop) override {
    return client_.Copy(source, reference, {deadline, stop});
  }

 private:
  RegistryClient& client_;
};

}  // namespace lif
