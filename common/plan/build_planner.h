// The layer jobs and the image job of one build. Internal to common/plan.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "common/plan/plan.h"

namespace lif {

// The jobs of the builds so far, each once.
struct JobList {
  struct LayerJob {
    size_t index = 0;  // into `jobs`
    std::string why;   // of its generation or of what it joins; "" when there is nothing to say
  };
  std::vector<PlannedJob> jobs;
  std::unordered_map<std::string, LayerJob> layers;  // by layer key
};

// Adds the build's jobs, but for layer jobs that another build has added. The build must be one
// that no record answers, and checked as MakePlan does.
PlannedBuild PlanBuild(const PlanInput& input, const BuildToPlan& build, JobList* list);

}  // namespace lif
