#include "common/plan/catalog_outlines.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/plan/chain.h"
#include "common/plan/pool.h"

namespace lif {

const BuildOutline* ManifestOutline::Find(const Platform& platform) const {
  for (const BuildOutline& build : builds) {
    if (build.platform == platform) return &build;
  }
  return nullptr;
}

std::string ManifestOutline::OfferedText() const {
  std::string text;
  for (const BuildOutline& build : builds) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", build.platform.ToString());
  }
  return text;
}

void CatalogOutlines::Add(const ResolvedManifest& manifest,
                          const std::vector<PlatformIdentity>& identities) {
  ManifestOutline outline;
  outline.builds.reserve(identities.size());
  for (const auto& [platform, identity] : identities) {
    outline.builds.push_back({platform, identity.build_key, PoolFor(platform, identity.requires_),
                              identity.requires_, layers_.Add(lif::ChainOf(manifest, identity))});
  }
  manifests_[manifest.manifest.id] = std::move(outline);
}

const ManifestOutline* CatalogOutlines::Find(const std::string& manifest_id) const {
  const auto found = manifests_.find(manifest_id);
  return found == manifests_.end() ? nullptr : &found->second;
}

}  // namespace lif
