#include "common/plan/layer_table.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace lif {

ChainRef LayerTable::Add(Chain chain) {
  ChainRef ref;
  for (ChainLayer& layer : chain.layers) {
    // Two versions of a module may make the same layer: each is told of by its own name.
    const auto [entry, fresh] = layer_ids_.try_emplace(absl::StrCat(layer.key, layer.module_ref),
                                                       static_cast<uint32_t>(layers_.size()));
    if (fresh) layers_.push_back(std::move(layer));
    ref.layers.push_back(entry->second);
  }
  chain.layers.clear();
  const auto [entry, fresh] = base_ids_.try_emplace(
      absl::StrCat(chain.base, "\n", chain.base_image, "\n", chain.recipe_digest),
      static_cast<uint32_t>(bases_.size()));
  if (fresh) bases_.push_back(std::move(chain));
  ref.base = entry->second;
  return ref;
}

Chain LayerTable::Get(const ChainRef& ref) const {
  Chain chain = bases_[ref.base];
  chain.layers.reserve(ref.layers.size());
  for (const uint32_t layer : ref.layers) chain.layers.push_back(layers_[layer]);
  return chain;
}

}  // namespace lif
