// Stacks of stable layers, and which of them are worth most when they stand ready: those that many
// manifests stand on and that take long to build. Pure.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/base/platform.h"
#include "common/plan/chain.h"

namespace lif {

// A chain up to its topmost stable layer.
struct Stack {
  std::string key;  // of that layer
  Platform platform;
  Chain chain;
  std::string manifest_id;  // the least of the manifests that stand on it
  std::string build_key;    // of that manifest on the platform
  int manifests = 0;
};

// Not thread-safe.
class StackCollector {
 public:
  // One manifest on one platform, each once. A chain without a stable layer counts for nothing.
  void Add(const std::string& manifest_id, const Platform& platform, const std::string& build_key,
           Chain chain);
  // By key, ascending.
  std::vector<Stack> Take();

 private:
  std::map<std::string, Stack> stacks_;
};

struct RankedStack {
  Stack stack;
  absl::Duration cost;  // of building all of it
  absl::Duration rank;  // manifests × cost
};

// Best first; of equal rank by platform and key. `cost` is asked for each layer, bottom first.
std::vector<RankedStack> RankStacks(
    std::vector<Stack> stacks,
    const std::function<absl::Duration(const Stack& stack, const ChainLayer& layer)>& cost);

}  // namespace lif
