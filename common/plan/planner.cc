#include "common/plan/planner.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/status_macros.h"
#include "common/plan/build_planner.h"
#include "common/plan/index_planner.h"

namespace lif {
namespace {

PlannedBuild Reused(const BuildToPlan& build) {
  PlannedBuild planned;
  planned.manifest_id = build.manifest_id;
  planned.platform = build.platform;
  planned.build_key = build.build_key;
  planned.use = LayerUse::kReused;
  planned.generation = build.generation;
  planned.build_id = build.reused_build_id;
  planned.reason = build.reason;
  return planned;
}

absl::Status CheckBuild(const BuildToPlan& build) {
  auto refuse = [&](const std::string& what) {
    return absl::InvalidArgumentError(absl::StrCat("cannot plan manifest ", build.manifest_id,
                                                   " on ", build.platform.ToString(), ": ", what));
  };
  if (!IsSha256Hex(build.build_key)) return refuse("its build key is not 64 hexadecimal digits");
  if (build.generation < 1) return refuse("its generation is under 1");
  std::vector<std::string_view> keys;
  for (const ChainLayer& layer : build.chain.layers) {
    if (!IsSha256Hex(layer.key)) return refuse("a layer key is not 64 hexadecimal digits");
    keys.push_back(layer.key);
  }
  std::sort(keys.begin(), keys.end());
  if (std::adjacent_find(keys.begin(), keys.end()) != keys.end()) {
    return refuse("a layer key occurs twice in its chain");
  }
  return absl::OkStatus();
}

absl::Status CheckInput(const PlanInput& input) {
  if (input.shared == nullptr) {
    return absl::InvalidArgumentError("cannot plan without the catalog's shared layers");
  }
  std::unordered_map<std::string, const BuildToPlan*> by_key;
  for (const BuildToPlan& build : input.builds) {
    LIF_RETURN_IF_ERROR(CheckBuild(build));
    const auto [first, fresh] = by_key.emplace(build.build_key, &build);
    if (fresh) continue;
    if (first->second->generation != build.generation ||
        first->second->reused_build_id != build.reused_build_id) {
      return absl::InvalidArgumentError(
          absl::StrCat("build key ", build.build_key, " of manifest ", build.manifest_id,
                       " is asked for twice, with different generations"));
    }
  }
  return absl::OkStatus();
}

// The builds by manifest and platform: what is said of a shared job does not depend on the order.
std::vector<size_t> Ordered(const std::vector<BuildToPlan>& builds) {
  std::vector<size_t> order(builds.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&builds](size_t a, size_t b) {
    return std::tie(builds[a].manifest_id, builds[a].platform, builds[a].build_key) <
           std::tie(builds[b].manifest_id, builds[b].platform, builds[b].build_key);
  });
  return order;
}

// Each job once; parents first, and in an order that depends on the jobs alone.
std::vector<PlannedJob> InOrder(std::vector<PlannedJob> jobs) {
  std::stable_sort(jobs.begin(), jobs.end(), [](const PlannedJob& a, const PlannedJob& b) {
    const auto rank = [](const PlannedJob& job) {
      return std::make_tuple(job.spec.kind, job.spec.kind == JobKind::kLayer ? job.last : 0);
    };
    return rank(a) != rank(b) ? rank(a) < rank(b) : a.spec.job_id < b.spec.job_id;
  });
  jobs.erase(std::unique(jobs.begin(), jobs.end(),
                         [](const PlannedJob& a, const PlannedJob& b) {
                           return a.spec.job_id == b.spec.job_id;
                         }),
             jobs.end());
  return jobs;
}

}  // namespace

std::vector<int> CutPositions(const BuildToPlan& build, const SharedLayers& shared) {
  std::vector<int> positions;
  const int top = static_cast<int>(build.chain.layers.size());
  for (int position = 1; position <= top; ++position) {
    const ChainLayer& layer = build.chain.layers[position - 1];
    const bool forced = position == top && !build.requires_.empty();
    if (layer.stable || forced || shared.SharedBeyond(build.manifest_id, layer.key)) {
      positions.push_back(position);
    }
  }
  return positions;
}

absl::StatusOr<Plan> MakePlan(const PlanInput& input) {
  LIF_RETURN_IF_ERROR(CheckInput(input));
  Plan plan;
  JobList list;
  plan.builds.resize(input.builds.size());
  for (const size_t i : Ordered(input.builds)) {
    const BuildToPlan& build = input.builds[i];
    plan.builds[i] = build.reused_build_id.empty() ? PlanBuild(input, build, &list) : Reused(build);
  }
  const IndexPlanner indexes(input, plan.builds);
  for (const IndexToPlan& index : input.indexes) {
    plan.indexes.push_back(indexes.Go(index, &list.jobs));
  }
  plan.jobs = InOrder(std::move(list.jobs));
  return plan;
}

std::vector<std::vector<JobSpec>> SubmitChunks(const Plan& plan, size_t limit) {
  std::vector<std::vector<JobSpec>> chunks;
  for (const PlannedJob& job : plan.jobs) {
    if (chunks.empty() || chunks.back().size() >= limit) chunks.emplace_back();
    chunks.back().push_back(job.spec);
  }
  return chunks;
}

}  // namespace lif
