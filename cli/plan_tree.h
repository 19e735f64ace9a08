// The layers of many builds as one tree: what they share stands once. Pure.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lif/v1/build_service.pb.h"

namespace lif {

struct PlanNode {
  const v1::PlannedLayer* layer = nullptr;  // of a layer
  const v1::PlannedBuild* build = nullptr;  // of an image: it has no children
  std::vector<std::unique_ptr<PlanNode>> children;
};

// One root for each platform, by its name. Builds without layers (reused, invalid) are in no tree.
// `plan` must outlive the nodes.
std::map<std::string, PlanNode> PlanTrees(const v1::PlanBuildsResponse& plan);

}  // namespace lif
