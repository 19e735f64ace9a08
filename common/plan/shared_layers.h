// Which layers several published manifests have in common. With a template's stable slots these are
// the cuts of the plan (design.md §6).
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/catalog/digests.h"

namespace lif {

// About 150 bytes a distinct layer. Adding is idempotent, and the order of adding does not show.
// Not thread-safe; safe to read from many threads once it is filled.
class SharedLayers {
 public:
  // The layers of one manifest on one platform, as BuildIdentity::chain has them (the base counts
  // for nothing).
  void Add(const std::string& manifest_id, const std::vector<LayerKey>& chain);

  // Whether a manifest other than `manifest_id` has the layer. False for a key that was not added.
  bool SharedBeyond(const std::string& manifest_id, const std::string& key) const;
  // The least ID of the manifests that have the layer; nullptr when none was added.
  const std::string* Owner(const std::string& key) const;

  size_t layers() const { return layers_.size(); }

 private:
  struct Entry {
    uint32_t owner = 0;  // index into names_
    bool shared = false;
  };
  uint32_t NameOf(const std::string& manifest_id);

  std::vector<std::string> names_;                 // manifest IDs, each once
  std::unordered_map<std::string, uint32_t> ids_;  // manifest ID → index into names_
  std::unordered_map<std::string, Entry> layers_;  // by layer key
};

}  // namespace lif
