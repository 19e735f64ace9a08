#include "common/plan/stack_ranking.h"

#include <algorithm>
#include <tuple>

namespace lif {

void StackCollector::Add(const std::string& manifest_id, const Platform& platform,
                         const std::string& build_key, Chain chain) {
  while (!chain.layers.empty() && !chain.layers.back().stable) chain.layers.pop_back();
  if (chain.layers.empty()) return;
  std::string key = chain.layers.back().key;
  Stack& stack = stacks_[key];
  ++stack.manifests;
  if (stack.manifests > 1 && stack.manifest_id <= manifest_id) return;
  stack.key = std::move(key);
  stack.platform = platform;
  stack.chain = std::move(chain);
  stack.manifest_id = manifest_id;
  stack.build_key = build_key;
}

std::vector<Stack> StackCollector::Take() {
  std::vector<Stack> stacks;
  for (auto& [key, stack] : stacks_) stacks.push_back(std::move(stack));
  stacks_.clear();
  return stacks;
}

std::vector<RankedStack> RankStacks(
    std::vector<Stack> stacks,
    const std::function<absl::Duration(const Stack& stack, const ChainLayer& layer)>& cost) {
  std::vector<RankedStack> ranked;
  for (Stack& stack : stacks) {
    RankedStack entry{std::move(stack), absl::ZeroDuration(), absl::ZeroDuration()};
    for (const ChainLayer& layer : entry.stack.chain.layers) {
      entry.cost += cost(entry.stack, layer);
    }
    entry.rank = entry.cost * entry.stack.manifests;
    ranked.push_back(std::move(entry));
  }
  std::sort(ranked.begin(), ranked.end(), [](const RankedStack& a, const RankedStack& b) {
    if (a.rank != b.rank) return a.rank > b.rank;
    return std::tie(a.stack.platform, a.stack.key) < std::tie(b.stack.platform, b.stack.key);
  });
  return ranked;
}

}  // namespace lif
