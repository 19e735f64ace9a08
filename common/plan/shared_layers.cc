#include "common/plan/shared_layers.h"

namespace lif {

uint32_t SharedLayers::NameOf(const std::string& manifest_id) {
  const auto [entry, fresh] = ids_.try_emplace(manifest_id, static_cast<uint32_t>(names_.size()));
  if (fresh) names_.push_back(manifest_id);
  return entry->second;
}

void SharedLayers::Add(const std::string& manifest_id, const std::vector<LayerKey>& chain) {
  const uint32_t name = NameOf(manifest_id);
  for (size_t i = 1; i < chain.size(); ++i) {
    const auto [found, fresh] = layers_.try_emplace(chain[i].key, Entry{name, false});
    if (fresh || found->second.owner == name) continue;
    found->second.shared = true;
    if (manifest_id < names_[found->second.owner]) found->second.owner = name;
  }
}

bool SharedLayers::SharedBeyond(const std::string& manifest_id, const std::string& key) const {
  const auto found = layers_.find(key);
  if (found == layers_.end()) return false;
  return found->second.shared || names_[found->second.owner] != manifest_id;
}

const std::string* SharedLayers::Owner(const std::string& key) const {
  const auto found = layers_.find(key);
  return found == layers_.end() ? nullptr : &names_[found->second.owner];
}

}  // namespace lif
