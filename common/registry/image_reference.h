// References to images in an OCI registry: "host:port/repository:tag@sha256:…".
// Grammar: OCI distribution-spec v1.1 ("Pulling manifests") for repository, tag and digest;
// Docker's rule for which first part is a registry.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace lif {

struct ImageReference {
  std::string registry;    // "127.0.0.1:5000"
  std::string repository;  // "lif/images", without the registry
  std::string tag;         // "" when there is none
  std::string digest;      // "sha256:<64 hex>", or ""

  // "127.0.0.1:5000/lif/images"
  std::string Name() const { return registry + "/" + repository; }
  // With tag and digest, as far as there are any.
  std::string ToString() const;
  ImageReference WithTag(std::string_view new_tag) const;        // without digest
  ImageReference WithDigest(std::string_view new_digest) const;  // without tag

  friend bool operator==(const ImageReference&, const ImageReference&) = default;
};

// INVALID_ARGUMENT says what is wrong with which part. A name without a registry is Docker Hub's:
// "debian" is docker.io/library/debian.
absl::StatusOr<ImageReference> ParseImageReference(std::string_view text);

// True for 127.0.0.0/8, ::1 and localhost, with or without a port: registries there are spoken to
// without TLS unless configured otherwise.
bool IsLoopbackRegistry(std::string_view registry);

}  // namespace lif
