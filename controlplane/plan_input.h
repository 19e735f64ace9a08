// What the planner is told of layers and builds: what catalog, ledger, records and queue know now.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/plan/layer_index.h"
#include "common/plan/plan.h"
#include "common/plan/shared_layers.h"
#include "common/queue/job_queue.h"
#include "common/records/layer_ledger.h"
#include "common/records/record_store.h"

namespace lif {

// Whom to ask. All must be thread-safe and outlive what is made with them.
struct PlanSources {
  LayerIndex& layers;
  LayerLedgerReader& ledger;
  RecordReader& records;
  JobQueue& queue;
};

// The layer keys of the cuts of `builds`, each once; of those that a record answers, none.
std::vector<std::string> CutKeys(const std::vector<BuildToPlan>& builds,
                                 const SharedLayers& shared);

// Puts into `input` what is known of these layers now, in place of what it held of them: ledger
// rows (without their diffIDs, which a plan does not need), generations that ended without one as
// spent, and jobs that have not ended. A plan is as of this call: who submits it learns from the
// queue what has changed since. `cancelled` is asked between queries (CANCELLED); other errors are
// those of the sources. For any number of keys, in batches.
absl::Status LearnLayers(const PlanSources& sources, const std::vector<std::string>& keys,
                         const std::function<bool()>& cancelled, PlanInput* input);

// The same for the jobs of builds that no record answers: live ones, and those that ended and have
// no record, as spent.
absl::Status LearnBuilds(JobQueue& queue, const std::vector<BuildToPlan>& builds,
                         const std::function<bool()>& cancelled, PlanInput* input);

// All that MakePlan needs beside `input->builds`, which the caller has set, and read from the
// catalog before this call: shared layers, LearnLayers and LearnBuilds. Keep what it answers as
// long as the input: `input->shared` points to it.
absl::StatusOr<std::shared_ptr<const SharedLayers>> CompletePlanInput(
    const PlanSources& sources, const std::function<bool()>& cancelled, PlanInput* input);

}  // namespace lif
