#include "executor/image_names.h"

#include "absl/strings/str_cat.h"

namespace lif {

std::string ImageByDigest(const std::string& registry, const std::string& digest) {
  return absl::StrCat(registry, "/images@", digest);
}

std::string BuildTag(const std::string& registry, const std::string& build_id) {
  return absl::StrCat(registry, "/images:build-", build_id);
}

std::string PublishedTag(const std::string& registry, const std::string& manifest_id,
                         const Platform& platform) {
  return absl::StrCat(registry, "/images:", manifest_id, "-", platform.Slug());
}

}  // namespace lif
