// Catalogs for the planner's tests: manifests as chains of layer keys, and random ones.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "common/plan/plan.h"
#include "common/plan/planner.h"
#include "common/plan/shared_layers.h"

namespace lif {

// One layer of a stack in words: "core python3@1.0.0", with a '!' when its slot is stable and an
// argument after a space ("app web@1.0.0 PORT=80").
using Stack = std::vector<std::string>;

// Keys follow from platform and words, as real ones from content. The build asks for generation 1.
BuildToPlan MakeBuild(const std::string& manifest_id, const Stack& stack,
                      const std::string& platform = "linux/amd64",
                      const std::vector<std::string>& capabilities = {});

// As if the builds were the whole published catalog.
SharedLayers SharedBy(const std::vector<BuildToPlan>& builds);

// A row for the layer at `position` (1 is the one on the base).
LedgerLayer RowFor(const BuildToPlan& build, int position, int64_t generation = 1);

// Everything about a job, for comparisons.
std::string TextOf(const PlannedJob& job);
std::vector<std::string> TextsOf(const std::vector<PlannedJob>& jobs);

// Two manifests that have all but their app in common: a stable security and core, a light layer.
extern const Stack kWeb;
extern const Stack kApi;

// Builds that are the whole published catalog too; tests add to `input`. Not to be copied or moved.
struct World {
  explicit World(std::vector<BuildToPlan> catalog) : shared(SharedBy(catalog)) {
    input.builds = std::move(catalog);
    input.shared = &shared;
  }
  // Fails the test when it can't be planned.
  Plan Go() const;
  std::string Key(size_t build, int position) const {
    return input.builds[build].chain.layers[position - 1].key;
  }
  void Built(size_t build, int position, int64_t generation = 1) {
    input.ledger[Key(build, position)] = RowFor(input.builds[build], position, generation);
  }

  SharedLayers shared;
  PlanInput input;
};

// nullptr when the plan has no such job.
const PlannedJob* FindJob(const Plan& plan, const std::string& job_id);

// A random catalog of `manifests` on two platforms, with stable and volatile slots, modules in
// several versions and arguments, and some that need a GPU. The same seed gives the same.
std::vector<BuildToPlan> RandomCatalog(std::mt19937_64* random, int manifests);

// Random rows of the ledger, spent generations and live jobs for layers that are cuts, into
// `input`.
void AddRandomHistory(std::mt19937_64* random, const std::vector<BuildToPlan>& catalog,
                      PlanInput* input);

// 0 … below - 1.
int Pick(std::mt19937_64* random, int below);

}  // namespace lif
