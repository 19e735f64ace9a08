// Index jobs of a plan. Internal to common/plan.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/plan/plan.h"

namespace lif {

// An index names its images by digest, so that its job exists once all of them do: the plan makes
// it when they do already; else whoever completes the last image does, with IndexJobSpec.
class IndexPlanner {
 public:
  // `input` must outlive the planner. `builds` are those of the same plan.
  IndexPlanner(const PlanInput& input, const std::vector<PlannedBuild>& builds);

  PlannedIndex Go(const IndexToPlan& index, std::vector<PlannedJob>* jobs) const;

 private:
  void AddJob(const IndexToPlan& index, PlannedIndex* planned, std::vector<PlannedJob>* jobs) const;

  const PlanInput& input_;
  std::map<std::pair<std::string, Platform>, std::string> pending_;  // image jobs of this plan
};

}  // namespace lif
