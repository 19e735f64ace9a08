#include "controlplane/submit_graph.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/plan/planner.h"

namespace lif {
namespace {

constexpr size_t kBatch = 256;             // builds that are planned together
constexpr size_t kNamed = 3;               // layers that an answer names
constexpr size_t kMostNamingUnits = 1000;  // the answer to a larger request must stay receivable

std::string Count(size_t count) {
  return absl::StrCat(count, count == 1 ? " layer" : " layers");
}

std::string Names(const std::vector<std::string>& built) {
  const size_t shown = std::min(built.size(), kNamed);
  const std::string names = absl::StrJoin(built.begin(), built.begin() + shown, ", ");
  return shown == built.size() ? names
                               : absl::StrCat(names, " and ", built.size() - shown, " more");
}

std::string LayersText(const PlannedBuild& build, bool with_names) {
  std::vector<std::string> built;
  size_t joined = 0;
  size_t reused = 0;
  for (const PlannedLayer& layer : build.layers) {
    if (layer.use == LayerUse::kReused) ++reused;
    if (layer.use == LayerUse::kJoined) ++joined;
    if (layer.use != LayerUse::kBuilt) continue;
    built.push_back(absl::StrCat(std::string(SlotName(layer.slot)), " ", layer.module_ref));
  }
  if (build.layers.empty()) return "";
  if (reused == build.layers.size()) {
    return reused == 1 ? "its layer is reused" : absl::StrCat("its ", reused, " layers are reused");
  }
  std::string text = absl::StrCat(Count(built.size()), " to build");
  if (with_names && !built.empty()) absl::StrAppend(&text, ": ", Names(built));
  std::vector<std::string> rest;
  if (joined > 0) rest.push_back(absl::StrCat(joined, " under way"));
  if (reused > 0) rest.push_back(absl::StrCat(reused, " reused"));
  if (!rest.empty()) absl::StrAppend(&text, "; ", absl::StrJoin(rest, ", "));
  return text;
}

// A layer job with the position of its layer, which is the same in every chain that has it: what
// lies below is part of its key.
struct LayerJob {
  JobSpec spec;
  int position = 0;
};

std::vector<JobSpec> ParentsFirst(std::vector<LayerJob> jobs) {
  std::sort(jobs.begin(), jobs.end(), [](const LayerJob& a, const LayerJob& b) {
    return a.position != b.position ? a.position < b.position : a.spec.job_id < b.spec.job_id;
  });
  std::vector<JobSpec> specs;
  specs.reserve(jobs.size());
  for (LayerJob& job : jobs) specs.push_back(std::move(job.spec));
  return specs;
}

bool WaitsForLayers(const PlannedBuild& build) {
  return std::any_of(build.layers.begin(), build.layers.end(), [&build](const PlannedLayer& layer) {
    return !layer.job_id.empty() && layer.job_id != build.job_id;
  });
}

}  // namespace

absl::Status SubmitGraph::Learn(const std::vector<SubmitUnit*>& units) {
  if (units.empty()) return absl::OkStatus();
  LIF_ASSIGN_OR_RETURN(shared_, sources_.layers.Current(cancelled_));
  input_.shared = shared_.get();
  std::vector<std::string> keys;
  std::unordered_set<std::string> seen;
  for (size_t begin = 0; begin < units.size(); begin += kBatch) {
    std::vector<BuildToPlan> batch;
    for (size_t i = begin; i < std::min(begin + kBatch, units.size()); ++i) {
      batch.push_back(ToPlan(*units[i], outlines_));
    }
    for (std::string& key : CutKeys(batch, *shared_)) {
      if (seen.insert(key).second) keys.push_back(std::move(key));
    }
  }
  return LearnLayers(sources_, keys, cancelled_, &input_);
}

absl::StatusOr<bool> SubmitGraph::LearnEnded(const std::vector<JobSpec>& jobs) {
  std::vector<std::string> keys;
  keys.reserve(jobs.size());
  for (const JobSpec& job : jobs) keys.push_back(job.key);
  LIF_RETURN_IF_ERROR(LearnLayers(sources_, keys, cancelled_, &input_));
  return std::all_of(jobs.begin(), jobs.end(), [this](const JobSpec& job) {
    const auto row = input_.ledger.find(job.key);
    return row != input_.ledger.end() && row->second.generation >= job.generation;
  });
}

void SubmitGraph::LearnStopping(const JobSpec& job, const std::string& build_id) {
  input_.live[job.key] = {job.generation, build_id, true};
}

absl::StatusOr<SubmitJobs> SubmitGraph::Plan(const std::vector<SubmitUnit*>& units) {
  SubmitJobs jobs;
  std::vector<LayerJob> layers;
  std::unordered_set<std::string> seen;
  const bool with_names = units.size() <= kMostNamingUnits;
  for (size_t begin = 0; begin < units.size(); begin += kBatch) {
    input_.builds.clear();
    for (size_t i = begin; i < std::min(begin + kBatch, units.size()); ++i) {
      input_.builds.push_back(ToPlan(*units[i], outlines_));
    }
    LIF_ASSIGN_OR_RETURN(lif::Plan plan, MakePlan(input_));
    std::unordered_map<std::string, JobSpec> images;
    for (PlannedJob& job : plan.jobs) {
      if (job.spec.kind == JobKind::kImage) {
        std::string key = job.spec.key;
        images.emplace(std::move(key), std::move(job.spec));
      } else if (seen.insert(job.spec.job_id).second) {
        layers.push_back({std::move(job.spec), job.last});
      }
    }
    for (const PlannedBuild& build : plan.builds) {
      plans_[build.build_key] = {WaitsForLayers(build), LayersText(build, with_names)};
      jobs.images.push_back(std::move(images.at(build.build_key)));
    }
  }
  input_.builds.clear();
  jobs.layers = ParentsFirst(std::move(layers));
  return jobs;
}

}  // namespace lif
