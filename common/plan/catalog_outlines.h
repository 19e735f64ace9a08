// What a submit needs of each published manifest: thousands are planned from memory, without being
// read. Published rows never change; a manifest only ever gains platforms.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "common/catalog/digests.h"
#include "common/plan/layer_table.h"

namespace lif {

// One manifest on one platform.
struct BuildOutline {
  Platform platform;
  std::string build_key;
  std::string pool;                    // of its image
  std::vector<std::string> requires_;  // capabilities, as BuildIdentity has them
  ChainRef chain;
};

struct ManifestOutline {
  std::vector<BuildOutline> builds;  // by platform, ascending

  // nullptr when the manifest does not offer it.
  const BuildOutline* Find(const Platform& platform) const;
  // "linux/amd64, linux/arm64"
  std::string OfferedText() const;
};

// About 400 bytes a build, and a LayerTable. Not thread-safe; safe to read from many threads once
// it is filled.
class CatalogOutlines {
 public:
  // `identities` are those of the manifest. In place of what was known of it.
  void Add(const ResolvedManifest& manifest, const std::vector<PlatformIdentity>& identities);

  // nullptr when it was not added. Valid until the next Add.
  const ManifestOutline* Find(const std::string& manifest_id) const;
  // `build` must come from here.
  Chain ChainOf(const BuildOutline& build) const { return layers_.Get(build.chain); }

 private:
  std::unordered_map<std::string, ManifestOutline> manifests_;  // by ID
  LayerTable layers_;
};

}  // namespace lif
