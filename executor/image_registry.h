// Where finished images live. Implementations: SkopeoImageRegistry; tests/fakes.
#pragma once

#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace lif {

// Thread-safe; blocks. Both keep digests. UNAVAILABLE: try again; NOT_FOUND: the source is gone.
class ImageRegistry {
 public:
  virtual ~ImageRegistry() = default;
  // Uploads the image of an OCI layout directory as `reference` ("host:port/name:tag").
  virtual absl::Status Push(const std::string& oci_directory, const std::string& reference,
                            absl::Duration deadline, std::stop_token stop) = 0;
  // Points the tag `reference` at `source` ("host:port/name@sha256:…").
  virtual absl::Status Tag(const std::string& source, const std::string& reference,
                           absl::Duration deadline, std::stop_token stop) = 0;
};

}  // namespace lif
