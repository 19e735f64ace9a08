// A platform in OCI terms (operating system, architecture), as in "linux/amd64".
// Source: OCI image-spec v1.1, image index, `platform`. We build linux only, with no variant.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace lif {

struct Platform {
  std::string os;    // "linux"
  std::string arch;  // "amd64" or "arm64", as Go and OCI name them

  // "linux/amd64"
  std::string ToString() const { return os + "/" + arch; }
  // "linux-amd64", for tags and file names.
  std::string Slug() const { return os + "-" + arch; }

  friend auto operator<=>(const Platform&, const Platform&) = default;
};

// Accepts "linux/amd64" and "linux/arm64"; the error names what was given and what is known.
absl::StatusOr<Platform> ParsePlatform(std::string_view text);

}  // namespace lif
