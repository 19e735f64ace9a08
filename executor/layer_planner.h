// Jobs for layers that a job needs and the ledger does not have, or that are gone from the
// registry.
#pragma once

#include <string>
#include <unordered_map>

#include "common/plan/plan.h"
#include "executor/stage.h"

namespace lif {

using SpentLayers = std::unordered_map<std::string, SpentGenerations>;  // by layer key

// Plans the layers below the job's own again, submits the jobs and answers what parks this one
// until the topmost of them is done; nullopt when meanwhile the ledger has got all of them, so that
// it is to be read again. Executors that lost the same layers submit the same jobs.
StageResult PlanLayers(const StageContext& context, SpentLayers spent);

}  // namespace lif
