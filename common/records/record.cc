#include "common/records/record.h"

#include <array>
#include <utility>

namespace lif {
namespace {

constexpr std::array<std::pair<Outcome, std::string_view>, 5> kOutcomes = {{
    {Outcome::kCompatible, "compatible"},
    {Outcome::kIncompatible, "incompatible"},
    {Outcome::kFailed, "failed"},
    {Outcome::kError, "error"},
    {Outcome::kCancelled, "cancelled"},
}};

constexpr std::array<std::pair<LayerUse, std::string_view>, 3> kUses = {{
    {LayerUse::kReused, "reused"},
    {LayerUse::kJoined, "joined"},
    {LayerUse::kBuilt, "built"},
}};

}  // namespace

std::string_view OutcomeName(Outcome outcome) {
  for (const auto& [value, name] : kOutcomes) {
    if (value == outcome) return name;
  }
  return "error";
}

std::optional<Outcome> ParseOutcome(std::string_view name) {
  for (const auto& [value, known] : kOutcomes) {
    if (known == name) return value;
  }
  return std::nullopt;
}

std::string_view LayerUseName(LayerUse use) {
  for (const auto& [value, name] : kUses) {
    if (value == use) return name;
  }
  return "built";
}

std::optional<LayerUse> ParseLayerUse(std::string_view name) {
  for (const auto& [value, known] : kUses) {
    if (known == name) return value;
  }
  return std::nullopt;
}

}  // namespace lif
