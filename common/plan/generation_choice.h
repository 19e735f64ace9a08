// Which generation of a key a plan runs. Internal to common/plan.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "common/plan/plan.h"

namespace lif {

template <typename T>
const T* FindKey(const std::unordered_map<std::string, T>& map, const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

struct GenerationChoice {
  int64_t generation = 1;
  LayerUse use = LayerUse::kBuilt;  // or kJoined
  std::string build_id;             // of the job that is joined
  std::string reason;  // of what is joined, or why an earlier generation won't do; "" for neither
};

// The least generation from `least` on that is not spent, or the live one when that is newer and
// will bring a verdict.
GenerationChoice ChooseGeneration(const PlanInput& input, const std::string& key, int64_t least);

}  // namespace lif
