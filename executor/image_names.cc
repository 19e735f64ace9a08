#include "executor/image_names.h"

#include "absl/strings/str_cat.h"

namespace lif {

std::string ShownKey(const std::string& layer_key) {
  return layer_key.substr(0, 32);
}

std::string ImageByDigest(const std::string& registry, const std::string& digest) {
  return absl::StrCat(registry, "/images@", digest);
}

std::string LayerRepository(const std::string& registry) {
  return registry + "/layers";
}

std::string LayerTag(const std::string& registry, const Platform& platform,
                     const std::string& layer_key) {
  return absl::StrCat(LayerRepository(registry), ":", platform.Slug(), "-", ShownKey(layer_key));
}

std::string IndexTag(const std::string& registry, const std::string& manifest_id) {
  return absl::StrCat(registry, "/images:", manifest_id);
}

std::string BuildTag(const std::string& registry, const std::string& build_id) {
  return absl::StrCat(registry, "/images:build-", build_id);
}

std::string PublishedTag(const std::string& registry, const std::string& manifest_id,
                         const Platform& platform) {
  return absl::StrCat(registry, "/images:", manifest_id, "-", platform.Slug());
}

}  // namespace lif
