// From the units of a request to the jobs that they need: the planner, fed in batches, so that the
// memory of a large request is that of its jobs.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "controlplane/plan_input.h"
#include "controlplane/submit_expansion.h"

namespace lif {

// The jobs of some units, each once. Build IDs are for the submitter to propose.
struct SubmitJobs {
  std::vector<JobSpec> layers;  // parents first
  std::vector<JobSpec> images;  // in the order of the units
};

// What a plan means for one unit.
struct UnitPlan {
  bool waits_for_layers = false;  // of the platform's pool
  std::string layers;  // "2 layers to build: core python3@1.1.0, app web@2.0.0; 2 reused"
};

// Lives for one request. Not thread-safe.
class SubmitGraph {
 public:
  // What it is given must outlive it.
  SubmitGraph(const PlanSources& sources, const CatalogOutlines& outlines,
              const std::function<bool()>& cancelled)
      : sources_(sources), outlines_(outlines), cancelled_(cancelled) {}

  // Asks what is known of the layers of `units`, whose manifests were read before.
  absl::Status Learn(const std::vector<SubmitUnit*>& units);
  // Asks again for layers whose jobs the queue says have ended. Answers whether the ledger has all
  // of them: then the jobs that stand on them may go on.
  absl::StatusOr<bool> LearnEnded(const std::vector<JobSpec>& jobs);
  // A job that will bring no result.
  void LearnStopping(const JobSpec& job, const std::string& build_id);

  absl::StatusOr<SubmitJobs> Plan(const std::vector<SubmitUnit*>& units);
  // As of the last plan.
  const UnitPlan& PlanOf(const SubmitUnit& unit) const { return plans_.at(unit.key); }

 private:
  const PlanSources& sources_;
  const CatalogOutlines& outlines_;
  const std::function<bool()>& cancelled_;
  PlanInput input_;  // what is known; its builds are one batch
  std::shared_ptr<const SharedLayers> shared_;
  std::unordered_map<std::string, UnitPlan> plans_;  // by build key
};

}  // namespace lif
