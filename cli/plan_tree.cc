#include "cli/plan_tree.h"

#include <algorithm>
#include <utility>

namespace lif {
namespace {

PlanNode* ChildOf(PlanNode* node, const v1::PlannedLayer& layer) {
  const auto found =
      std::find_if(node->children.begin(), node->children.end(), [&layer](const auto& child) {
        return child->layer != nullptr && child->layer->layer_key() == layer.layer_key();
      });
  if (found != node->children.end()) return found->get();
  auto child = std::make_unique<PlanNode>();
  child->layer = &layer;
  node->children.push_back(std::move(child));
  return node->children.back().get();
}

}  // namespace

std::map<std::string, PlanNode> PlanTrees(const v1::PlanBuildsResponse& plan) {
  std::map<std::string, PlanNode> roots;
  for (const v1::PlannedBuild& build : plan.builds()) {
    if (build.layers().empty()) continue;
    PlanNode* node = &roots[build.build().platform()];
    for (const v1::PlannedLayer& layer : build.layers()) node = ChildOf(node, layer);
    auto image = std::make_unique<PlanNode>();
    image->build = &build;
    node->children.push_back(std::move(image));
  }
  return roots;
}

}  // namespace lif
