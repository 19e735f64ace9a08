#include "controlplane/impact_scan.h"

#include <set>
#include <unordered_set>

#include "common/base/status_macros.h"
#include "common/plan/pool.h"

namespace lif {
namespace {

bool IsModule(const std::string& ref, const std::string& wanted) {
  return ref == wanted || ref.substr(0, ref.find('@')) == wanted;
}

// Position in the chain of the lowest layer that changes; the chain's size when none does. All that
// stands on a base changes with it.
size_t FirstChanged(const std::vector<LayerKey>& chain, const std::string& module) {
  if (module.empty()) return 1;
  size_t position = 1;
  while (position < chain.size() && !IsModule(chain[position].module_ref, module)) ++position;
  return position;
}

}  // namespace

size_t ImpactScan::LayerOf(const std::string& key, const Platform& platform) {
  const auto [found, added] = index_.emplace(key, layers_.size());
  // Layers are built in the platform's pool, also those of images that need a GPU.
  if (added) layers_.push_back({key, PoolFor(platform, {})});
  return found->second;
}

absl::Status ImpactScan::Add(const ResolvedManifest& manifest) {
  for (const Platform& platform : OfferedPlatforms(manifest)) {
    LIF_ASSIGN_OR_RETURN(const BuildIdentity identity,
                         ComputeIdentity(manifest, platform, recipe_));
    const std::vector<LayerKey>& chain = identity.chain;
    const size_t first = FirstChanged(chain, module_);
    if (first >= chain.size()) continue;
    Build build{manifest.manifest.id,
                platform,
                identity.build_key,
                PoolFor(platform, identity.requires_),
                {}};
    for (size_t i = first; i < chain.size(); ++i) {
      build.layers.push_back(LayerOf(chain[i].key, platform));
    }
    builds_.push_back(std::move(build));
  }
  return absl::OkStatus();
}

std::vector<ImpactedBuild> ImpactScan::Builds() const {
  std::vector<ImpactedBuild> builds;
  for (const Build& build : builds_) {
    builds.push_back({build.manifest_id, build.platform, static_cast<int>(build.layers.size())});
  }
  return builds;
}

std::vector<std::string> ImpactScan::LayerKeys() const {
  std::vector<std::string> keys;
  for (const Layer& layer : layers_) keys.push_back(layer.key);
  return keys;
}

std::vector<std::string> ImpactScan::BuildKeys() const {
  std::vector<std::string> keys;
  for (const Build& build : builds_) keys.push_back(build.build_key);
  return keys;
}

// A ledger row's duration covers the layers down to the row that it was built on, and an image's
// those above the topmost row.
std::vector<bool> ImpactScan::KnownLayers(const std::vector<LedgerLayer>& ledger,
                                          const std::vector<PastBuild>& past) const {
  std::unordered_map<std::string, const LedgerLayer*> rows;
  for (const LedgerLayer& row : ledger) rows.emplace(row.layer_key, &row);
  std::unordered_set<std::string> built;
  for (const PastBuild& build : past) built.insert(build.build_key);
  std::vector<bool> known(layers_.size(), false);
  for (const Build& build : builds_) {
    bool covered = built.contains(build.build_key);
    std::string until;  // the row below the one that covers
    for (size_t i = build.layers.size(); i-- > 0;) {
      const Layer& layer = layers_[build.layers[i]];
      if (const auto row = rows.find(layer.key); row != rows.end()) {
        covered = true;
        until = row->second->below_key;
      } else if (layer.key == until) {
        covered = false;
      }
      if (covered) known[build.layers[i]] = true;
    }
  }
  return known;
}

ImpactTotals ImpactScan::Totals(const std::vector<LedgerLayer>& ledger,
                                const std::vector<PastBuild>& past) const {
  ImpactTotals totals;
  totals.images = static_cast<int>(builds_.size());
  totals.layers = static_cast<int>(layers_.size());
  std::unordered_map<std::string, absl::Duration> took;  // by build key
  for (const PastBuild& build : past) took.emplace(build.build_key, build.duration);
  std::set<std::string> manifests;
  for (const Build& build : builds_) {
    manifests.insert(build.manifest_id);
    PoolImpact& pool = totals.pools[build.pool];
    ++pool.images;
    if (const auto found = took.find(build.build_key); found != took.end()) {
      pool.work += found->second;
    } else {
      ++pool.unknown_images;
    }
  }
  totals.manifests = static_cast<int>(manifests.size());
  const std::vector<bool> known = KnownLayers(ledger, past);
  for (size_t i = 0; i < layers_.size(); ++i) {
    PoolImpact& pool = totals.pools[layers_[i].pool];
    ++pool.layers;
    if (!known[i]) ++pool.unknown_layers;
  }
  for (const LedgerLayer& row : ledger) {
    totals.pools[layers_[index_.at(row.layer_key)].pool].work += row.duration;
  }
  return totals;
}

}  // namespace lif
