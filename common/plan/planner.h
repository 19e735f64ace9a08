// From builds to jobs and edges, such that each layer is built once in the fleet (design.md §6;
// docs/plan.md has a picture). Pure: no I/O, no clock, no randomness. Control planes plan what is
// submitted; an executor that finds a layer lost plans its own build again.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/plan/plan.h"
#include "common/plan/shared_layers.h"

namespace lif {

// Positions (1 is the layer on the base) of the layers with a job of their own: whose slot is
// stable, or that another published manifest has too; with capabilities, the topmost layer too, for
// such an image job builds none. Ascending. The ledger is to be asked for these.
std::vector<int> CutPositions(const BuildToPlan& build, const SharedLayers& shared);

// The jobs do not depend on the order of the builds, nor on how they are spread over calls: the
// plans of two calls with the same catalog, ledger and queue hold the same job for the same key.
//
// A layer is also a cut when `ledger`, `live` or `spent` know its key, since only cuts get there;
// so an executor may pass an empty SharedLayers and what the ledger holds for its own chain.
//
// INVALID_ARGUMENT when `shared` is null, a key is malformed or occurs twice in a chain, or one
// build key is asked for with different generations.
absl::StatusOr<Plan> MakePlan(const PlanInput& input);

// The job that joins these images, all of whose digests are known. Whoever completes the last image
// of a manifest submits it; those who race meet in one job, and the same images are joined once.
JobSpec IndexJobSpec(const IndexToPlan& index, int64_t generation);

// The plan's jobs for Submit, in its order, at most `limit` in each chunk: parents come in the same
// chunk or an earlier one. Build IDs are left empty.
std::vector<std::vector<JobSpec>> SubmitChunks(const Plan& plan, size_t limit = 64);

}  // namespace lif
