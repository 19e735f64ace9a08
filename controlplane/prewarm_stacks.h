// The stacks of the published catalog, ranked. Internal to Prewarm.
#pragma once

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "common/plan/stack_ranking.h"
#include "controlplane/plan_estimates.h"
#include "controlplane/prewarm.h"

namespace lif {

// Reads the manifests that the input names, in batches. Errors as Prewarm::Run.
absl::StatusOr<std::vector<Stack>> CollectStacks(CatalogReader& catalog, const Recipe& recipe,
                                                 const PrewarmInput& input,
                                                 const std::function<bool()>& cancelled);

// What a layer is taken to cost of which nothing is known: the median over all modules, or a minute
// in a factory that has built nothing.
absl::Duration AssumedCost(const PastTimes& past);

// By what the ledger says of a layer, else what the newest layer of its module took, else
// AssumedCost.
std::vector<RankedStack> Rank(std::vector<Stack> stacks, const PlanInput& known,
                              const PastTimes& past);

}  // namespace lif
