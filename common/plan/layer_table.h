// The chains of many builds in little memory: a thousand variants have a few dozen layers in
// common, and each is kept once.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/plan/chain.h"

namespace lif {

// Indexes into the table that made it.
struct ChainRef {
  uint32_t base = 0;
  std::vector<uint32_t> layers;  // bottom first
};

// Not thread-safe. About 600 bytes a distinct layer, 4 bytes for each use of one.
class LayerTable {
 public:
  ChainRef Add(Chain chain);
  // `ref` must come from this table.
  Chain Get(const ChainRef& ref) const;
  // Distinct layers.
  size_t layers() const { return layers_.size(); }

 private:
  std::vector<Chain> bases_;  // without layers
  std::vector<ChainLayer> layers_;
  std::unordered_map<std::string, uint32_t> base_ids_;
  std::unordered_map<std::string, uint32_t> layer_ids_;  // by key and module
};

}  // namespace lif
