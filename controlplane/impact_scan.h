// What is gathered of the manifests that a change concerns, and the totals over them. Pure.
// Internal to Impact.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "common/catalog/digests.h"
#include "controlplane/impact.h"

namespace lif {

// Not thread-safe.
class ImpactScan {
 public:
  // `module` as in ImpactQuery; "" when the base changes.
  ImpactScan(std::string module, Recipe recipe)
      : module_(std::move(module)), recipe_(std::move(recipe)) {}

  // Each platform that the manifest offers.
  absl::Status Add(const ResolvedManifest& manifest);

  std::vector<ImpactedBuild> Builds() const;
  // Keys of layers that would change, and of the builds: what past durations are asked for.
  std::vector<std::string> LayerKeys() const;
  std::vector<std::string> BuildKeys() const;
  ImpactTotals Totals(const std::vector<LedgerLayer>& ledger,
                      const std::vector<PastBuild>& past) const;

 private:
  struct Build {
    std::string manifest_id;
    Platform platform;
    std::string build_key;
    std::string pool;            // of the image
    std::vector<size_t> layers;  // that change, bottom first: into layers_
  };
  struct Layer {
    std::string key;
    std::string pool;
  };
  size_t LayerOf(const std::string& key, const Platform& platform);
  std::vector<bool> KnownLayers(const std::vector<LedgerLayer>& ledger,
                                const std::vector<PastBuild>& past) const;

  const std::string module_;
  const Recipe recipe_;
  std::vector<Build> builds_;
  std::vector<Layer> layers_;
  std::unordered_map<std::string, size_t> index_;  // layer key → into layers_
};

}  // namespace lif
