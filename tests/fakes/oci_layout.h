// A small OCI layout directory, as a builder leaves it: for fakes that make images of nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace lif {

// Bytes of each of its layers' blobs.
inline constexpr int64_t kFakeLayerSize = 1000;

// The directory of one image with these layers (uncompressed: a blob's digest is its diffID),
// without the layers' bytes. `config` is any text that tells it from others with the same layers.
// Answers the digest of its manifest.
absl::StatusOr<std::string> WriteOciLayout(const std::string& directory,
                                           const std::vector<std::string>& diff_ids,
                                           const std::string& config);

}  // namespace lif
