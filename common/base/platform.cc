#include "common/base/platform.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/problem.h"

namespace lif {

absl::StatusOr<Platform> ParsePlatform(std::string_view text) {
  for (const char* arch : {"amd64", "arm64"}) {
    Platform known{"linux", arch};
    if (text == known.ToString()) return known;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("unknown platform ", Quoted(text, 64), "; write linux/amd64 or linux/arm64"));
}

}  // namespace lif
