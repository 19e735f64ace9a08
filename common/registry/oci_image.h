// What the manifest of an image names, and an image in an OCI layout directory. Pure but for
// reading the directory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace lif {

struct OciBlob {
  std::string digest;  // "sha256:<hex>"
  int64_t size = 0;    // bytes, compressed
};

struct ImageManifest {
  OciBlob config;
  std::vector<OciBlob> layers;  // the base's first

  // Configuration and layers.
  std::vector<OciBlob> Blobs() const;
  int64_t Size() const;  // bytes of all these
};

// OCI or Docker schema 2, of one image. FAILED_PRECONDITION for an index, DATA_LOSS for anything
// else.
absl::StatusOr<ImageManifest> ParseImageManifest(std::string_view bytes);

struct OciImage {
  std::string digest;  // "sha256:<hex>" of the manifest
  ImageManifest manifest;
  std::vector<std::string> diff_ids;  // of the uncompressed layers, one for each layer
};

// The one image of an OCI layout directory. DATA_LOSS says what is wrong with it.
absl::StatusOr<OciImage> ReadOciImage(const std::string& directory);

}  // namespace lif
