// Where finished images live. Implementations: SkopeoImageRegistry, EngineImageRegistry;
// tests/fakes.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/registry/oci_image.h"

namespace lif {

struct ImagePush {
  std::string oci_directory;  // OCI layout with one image
  std::string reference;      // "host:port/name:tag" or "host:port/name@sha256:…"
  // Repository ("host:port/name") that has most of the blobs already; "" for none.
  std::string mount_from;
};

struct PushReport {
  // Sizes of the blobs that the registry did not have, in any of the two repositories; nullopt when
  // it does not tell.
  std::optional<int64_t> bytes;
};

// Thread-safe; blocks. All keep digests. UNAVAILABLE: try again; NOT_FOUND: the source is gone.
class ImageRegistry {
 public:
  virtual ~ImageRegistry() = default;
  virtual absl::StatusOr<PushReport> Push(const ImagePush& push, absl::Duration deadline,
                                          std::stop_token stop) = 0;
  // Points the tag `reference` at `source` ("host:port/name@sha256:…").
  virtual absl::Status Tag(const std::string& source, const std::string& reference,
                           absl::Duration deadline, std::stop_token stop) = 0;
  // What the image ("host:port/name@sha256:…") is made of, once all of it has been seen to be
  // there. NOT_FOUND says what is gone: the manifest or a blob. A registry that answers for
  // manifests alone passes for one that has the blobs.
  virtual absl::StatusOr<ImageManifest> Find(const std::string& image, absl::Duration deadline,
                                             std::stop_token stop) = 0;
  // Points the tag `reference` at an index of these images (each "host:port/name@sha256:…", of the
  // tag's own repository); answers its digest. The same images give the same digest.
  virtual absl::StatusOr<std::string> Join(const std::vector<std::string>& images,
                                           const std::string& reference, absl::Duration deadline,
                                           std::stop_token stop) = 0;
};

}  // namespace lif
