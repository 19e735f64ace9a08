// ImageRegistry by skopeo, buildx for indexes, and the registry's own API for what is there.
#pragma once

#include <string>
#include <vector>

#include "common/process/process_runner.h"
#include "common/registry/registry_client.h"
#include "common/registry/registry_session.h"
#include "executor/image_registry.h"

namespace lif {

// Thread-safe. `client` and `runner` must outlive it.
class SkopeoImageRegistry final : public ImageRegistry {
 public:
  struct Options {
    std::string docker = "docker";  // program
    std::string docker_host;        // "" for Docker's own default
    bool insecure = false;          // as SkopeoOptions
  };
  SkopeoImageRegistry(RegistryClient& client, ProcessRunner& runner, Options options)
      : client_(client), runner_(runner), options_(std::move(options)) {}

  absl::StatusOr<PushReport> Push(const ImagePush& push, absl::Duration deadline,
                                  std::stop_token stop) override;
  absl::Status Tag(const std::string& source, const std::string& reference, absl::Duration deadline,
                   std::stop_token stop) override;
  absl::StatusOr<ImageManifest> Find(const std::string& image, absl::Duration deadline,
                                     std::stop_token stop) override;
  absl::StatusOr<std::string> Join(const std::vector<std::string>& images,
                                   const std::string& reference, absl::Duration deadline,
                                   std::stop_token stop) override;

 private:
  RegistrySession::Options SessionFor(const ImageReference& image, std::stop_token stop) const;
  // Mounts what it can; answers how much is left to send.
  absl::StatusOr<int64_t> Mount(const ImagePush& push, std::stop_token stop);

  RegistryClient& client_;
  ProcessRunner& runner_;
  const Options options_;
};

}  // namespace lif
