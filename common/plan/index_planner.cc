#include "common/plan/index_planner.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/plan/generation_choice.h"
#include "common/plan/planner.h"
#include "common/plan/pool.h"

namespace lif {

IndexPlanner::IndexPlanner(const PlanInput& input, const std::vector<PlannedBuild>& builds)
    : input_(input) {
  for (const PlannedBuild& build : builds) {
    if (!build.job_id.empty()) pending_[{build.manifest_id, build.platform}] = build.job_id;
  }
}

PlannedIndex IndexPlanner::Go(const IndexToPlan& index, std::vector<PlannedJob>* jobs) const {
  PlannedIndex planned;
  planned.manifest_id = index.manifest_id;
  std::string missing;
  for (const auto& [platform, digest] : index.images) {
    const auto pending = pending_.find({index.manifest_id, platform});
    if (pending != pending_.end()) {
      planned.after.push_back(pending->second);
    } else if (digest.empty()) {
      absl::StrAppend(&missing, missing.empty() ? "" : ", ", platform.ToString());
    }
  }
  std::sort(planned.after.begin(), planned.after.end());
  if (index.images.empty()) missing = "any platform";
  if (!missing.empty()) {
    planned.reason = absl::StrCat("there is no compatible image for ", missing);
  } else if (!planned.after.empty()) {
    planned.reason = "its images are still to be built";
  } else {
    AddJob(index, &planned, jobs);
  }
  return planned;
}

void IndexPlanner::AddJob(const IndexToPlan& index, PlannedIndex* planned,
                          std::vector<PlannedJob>* jobs) const {
  PlannedJob job;
  job.spec = IndexJobSpec(index, 1);
  if (const std::string* build = FindKey(input_.made_indexes, job.spec.key)) {
    planned->use = LayerUse::kReused;
    planned->reason = absl::StrCat("build ", *build, " made it");
    return;
  }
  const GenerationChoice choice = ChooseGeneration(input_, job.spec.key, 1);
  job.spec = IndexJobSpec(index, choice.generation);
  job.use = choice.use;
  job.reason = choice.reason.empty() ? "no index has these images yet" : choice.reason;
  planned->use = job.use;
  planned->job_id = job.spec.job_id;
  planned->reason = job.reason;
  jobs->push_back(std::move(job));
}

JobSpec IndexJobSpec(const IndexToPlan& index, int64_t generation) {
  std::vector<IndexImage> images;
  for (const auto& [platform, digest] : index.images) images.push_back({platform, digest});
  JobSpec spec;
  spec.kind = JobKind::kIndex;
  spec.key = IndexKey(index.manifest_id, std::move(images));
  spec.generation = generation;
  spec.job_id = absl::StrCat(spec.key, ".", generation);
  spec.manifest_id = index.manifest_id;
  if (!index.images.empty()) spec.pool = PoolFor(index.images.begin()->first, {});
  return spec;
}

}  // namespace lif
