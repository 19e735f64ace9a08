#include "common/catalog/model.h"

#include <array>
#include <set>
#include <utility>

namespace lif {
namespace {

constexpr std::array<std::pair<Slot, std::string_view>, 4> kSlots = {{
    {Slot::kSecurity, "security"},
    {Slot::kCore, "core"},
    {Slot::kLight, "light"},
    {Slot::kApp, "app"},
}};

}  // namespace

std::string_view SlotName(Slot slot) {
  for (const auto& [known, name] : kSlots) {
    if (known == slot) return name;
  }
  return "unknown";
}

std::optional<Slot> ParseSlot(std::string_view name) {
  for (const auto& [slot, known] : kSlots) {
    if (known == name) return slot;
  }
  return std::nullopt;
}

std::vector<std::string> RequiredCapabilities(const ResolvedManifest& manifest) {
  std::set<std::string> names(manifest.manifest.requires_.begin(),
                              manifest.manifest.requires_.end());
  for (const ResolvedModule& resolved : manifest.stack) {
    names.insert(resolved.module.requires_.begin(), resolved.module.requires_.end());
  }
  return {names.begin(), names.end()};
}

}  // namespace lif
