#include "executor/cache_refs.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "executor/image_names.h"

namespace lif {
namespace {

bool IsStable(const ResolvedManifest& manifest, int position) {
  const Slot slot = manifest.stack.at(position - 1).module.slot;
  const auto& slots = manifest.image_template.slots;
  return std::any_of(slots.begin(), slots.end(), [slot](const TemplateSlot& place) {
    return place.slot == slot && place.stable;
  });
}

}  // namespace

CacheRefs CacheRefsFor(const CachePlace& place, const Platform& platform,
                       const ResolvedManifest& manifest, const BuiltPart& part) {
  const std::string stack = absl::StrCat(
      place.repository, ":", place.trust_domain == "default" ? "" : place.trust_domain + "-",
      platform.Slug());
  CacheRefs refs;
  for (int position = part.last; position >= part.first; --position) {
    refs.from.push_back(absl::StrCat(stack, "-", manifest.stack.at(position - 1).module.name));
  }
  if (refs.from.empty()) return refs;
  refs.to.push_back(refs.from.front());
  if (!part.top_key.empty()) {
    const std::string layer = absl::StrCat(stack, "-layer-", ShownKey(part.top_key));
    refs.from.insert(refs.from.begin(), layer);
    if (!part.has_row) refs.to.push_back(layer);
  }
  const int modules = static_cast<int>(manifest.stack.size());
  const bool ends_stack =
      IsStable(manifest, part.last) && (part.last == modules || !IsStable(manifest, part.last + 1));
  if (ends_stack) refs.to.push_back(stack);
  return refs;
}

}  // namespace lif
