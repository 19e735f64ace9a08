#include "common/plan/chain.h"

#include <algorithm>

namespace lif {
namespace {

bool IsStable(const Template& image_template, Slot slot) {
  return std::any_of(
      image_template.slots.begin(), image_template.slots.end(),
      [slot](const TemplateSlot& place) { return place.slot == slot && place.stable; });
}

}  // namespace

Chain ChainOf(const ResolvedManifest& manifest, const BuildIdentity& identity) {
  Chain chain;
  chain.base = manifest.base.name;
  chain.base_image = identity.base_image;
  chain.recipe_digest = identity.recipe_digest;
  for (size_t i = 0; i < manifest.stack.size(); ++i) {
    const LayerKey& key = identity.chain.at(i + 1);
    const ResolvedModule& used = manifest.stack[i];
    chain.layers.push_back({key.key, key.layer_digest, key.module_ref, used.module.slot,
                            IsStable(manifest.image_template, used.module.slot), used.args});
  }
  return chain;
}

}  // namespace lif
