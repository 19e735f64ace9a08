#include "common/plan/build_planner.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/plan/change_reason.h"
#include "common/plan/generation_choice.h"
#include "common/plan/planner.h"
#include "common/plan/pool.h"

namespace lif {
namespace {

// One build on its way through the planner.
class BuildPlanner {
 public:
  BuildPlanner(const PlanInput& input, const BuildToPlan& build)
      : input_(input), build_(build), chain_(build.chain.layers) {}

  // The image job comes last.
  PlannedBuild Go(JobList* list) {
    Explain();
    MarkCuts();
    const int stand = FindStand();
    planned_.manifest_id = build_.manifest_id;
    planned_.platform = build_.platform;
    planned_.build_key = build_.build_key;
    for (int position = 1; position <= stand; ++position) AddReused(position, position == stand);
    int done = stand;
    std::string need;
    for (int position = stand + 1; position <= Top(); ++position) {
      if (!cuts_[position - 1]) continue;
      need = AddLayerJob({done + 1, position}, need, list);
      done = position;
    }
    AddImageJob({done + 1, Top()}, need, list);
    return std::move(planned_);
  }

 private:
  struct Run {
    int first = 0;
    int last = 0;
  };

  int Top() const { return static_cast<int>(chain_.size()); }
  const ChainLayer& At(int position) const { return chain_[position - 1]; }
  std::string KeyBelow(int position) const { return position <= 1 ? "" : At(position - 1).key; }

  void Explain() {
    reasons_.assign(chain_.size(), "");
    if (build_.last != nullptr) reasons_ = ExplainChanges(build_.chain, *build_.last);
  }

  void MarkCuts() {
    cuts_.assign(chain_.size(), false);
    for (const int position : CutPositions(build_, *input_.shared)) cuts_[position - 1] = true;
    for (int position = 1; position <= Top(); ++position) {
      const std::string& key = At(position).key;
      if (FindKey(input_.ledger, key) || FindKey(input_.live, key) || FindKey(input_.spent, key)) {
        cuts_[position - 1] = true;
      }
    }
  }

  // A row that is neither lost nor overtaken: a newer generation is only opened for a lost one.
  bool IsUsable(const std::string& key) const {
    const LedgerLayer* row = FindKey(input_.ledger, key);
    if (row == nullptr) return false;
    const SpentGenerations* spent = FindKey(input_.spent, key);
    if (spent != nullptr && spent->newest >= row->generation) return false;
    const LiveJob* live = FindKey(input_.live, key);
    return live == nullptr || live->generation <= row->generation;
  }

  // The topmost layer that the ledger has: nothing below it is needed. 0 for the base.
  int FindStand() const {
    for (int position = Top(); position >= 1; --position) {
      if (IsUsable(At(position).key)) return position;
    }
    return 0;
  }

  PlannedLayer LayerAt(int position) const {
    PlannedLayer layer;
    layer.position = position;
    layer.key = At(position).key;
    layer.module_ref = At(position).module_ref;
    layer.slot = At(position).slot;
    layer.cut = cuts_[position - 1];
    if (const LedgerLayer* row = FindKey(input_.ledger, layer.key)) layer.duration = row->duration;
    return layer;
  }

  void AddReused(int position, bool stand) {
    PlannedLayer layer = LayerAt(position);
    layer.use = LayerUse::kReused;
    layer.reason = "lies below a layer that is reused";
    if (stand) {
      const LedgerLayer& row = input_.ledger.at(layer.key);
      layer.generation = row.generation;
      layer.reason = absl::StrCat("build ", row.build_id, " made it");
    }
    planned_.layers.push_back(std::move(layer));
  }

  std::string WhyBuilt(int position) const {
    const std::string& change = reasons_[position - 1];
    if (!change.empty()) return change;
    return cuts_[position - 1] ? "the ledger does not have it yet"
                               : "no other manifest has it: it is built with what is above";
  }

  std::string WhyImage() const {
    if (build_.last == nullptr) return build_.reason;
    const auto lowest = std::find_if(reasons_.begin(), reasons_.end(),
                                     [](const std::string& reason) { return !reason.empty(); });
    return absl::StrCat(build_.reason, build_.reason.empty() ? "" : "; ",
                        lowest != reasons_.end()
                            ? *lowest
                            : "no layer changed: the template, a test or metadata did");
  }

  void AddRun(Run run, const PlannedJob& job, const std::string& why) {
    for (int position = run.first; position <= run.last; ++position) {
      PlannedLayer layer = LayerAt(position);
      layer.use = job.use;
      layer.job_id = job.spec.job_id;
      const bool own = job.spec.kind == JobKind::kLayer && position == run.last;
      if (own) layer.generation = job.spec.generation;
      layer.reason =
          !why.empty() && (own || job.use == LayerUse::kJoined) ? why : WhyBuilt(position);
      planned_.layers.push_back(std::move(layer));
    }
  }

  JobSpec SpecOf(JobKind kind, const std::string& key, int64_t generation,
                 const std::string& need) const {
    JobSpec spec;
    spec.job_id = absl::StrCat(key, ".", generation);
    spec.kind = kind;
    spec.key = key;
    spec.generation = generation;
    spec.manifest_id = build_.manifest_id;
    spec.platform = build_.platform.ToString();
    spec.pool = PoolFor(build_.platform, {});
    if (!need.empty()) spec.needs.push_back(need);
    return spec;
  }

  // Answers the job's ID.
  std::string AddLayerJob(Run run, const std::string& need, JobList* list) {
    const auto [entry, fresh] = list->layers.try_emplace(At(run.last).key);
    if (fresh) {
      entry->second.index = list->jobs.size();
      list->jobs.push_back(LayerJobOf(run, need, &entry->second.why));
    }
    const PlannedJob& job = list->jobs[entry->second.index];
    AddRun(run, job, entry->second.why);
    return job.spec.job_id;
  }

  PlannedJob LayerJobOf(Run run, const std::string& need, std::string* why) const {
    const std::string& key = At(run.last).key;
    // A row that is stood on makes no job: this one's generation is spent, or a newer one is live.
    const LedgerLayer* row = FindKey(input_.ledger, key);
    const GenerationChoice choice =
        ChooseGeneration(input_, key, row == nullptr ? 1 : row->generation);
    *why = choice.reason;
    PlannedJob job;
    job.spec = SpecOf(JobKind::kLayer, key, choice.generation, need);
    // The same for whoever asks: any manifest that has the layer says how to build it.
    const std::string* owner = input_.shared->Owner(key);
    if (owner != nullptr && *owner < job.spec.manifest_id) job.spec.manifest_id = *owner;
    job.use = choice.use;
    job.reason = choice.reason.empty() ? WhyBuilt(run.last) : choice.reason;
    job.first = run.first;
    job.last = run.last;
    job.below = KeyBelow(run.first);
    return job;
  }

  void AddImageJob(Run run, const std::string& need, JobList* list) {
    const GenerationChoice choice = ChooseGeneration(input_, build_.build_key, build_.generation);
    PlannedJob job;
    job.spec = SpecOf(JobKind::kImage, build_.build_key, choice.generation, need);
    job.spec.pool = PoolFor(build_.platform, build_.requires_);
    job.use = choice.use;
    job.reason = choice.reason.empty() ? WhyImage() : choice.reason;
    job.first = run.first;
    job.last = run.last;
    job.below = KeyBelow(run.first);
    AddRun(run, job, choice.reason);
    planned_.use = job.use;
    planned_.job_id = job.spec.job_id;
    planned_.generation = job.spec.generation;
    planned_.build_id = choice.build_id;
    planned_.reason = job.reason;
    list->jobs.push_back(std::move(job));
  }

  const PlanInput& input_;
  const BuildToPlan& build_;
  const std::vector<ChainLayer>& chain_;
  std::vector<bool> cuts_;            // by position - 1
  std::vector<std::string> reasons_;  // what changed, by position - 1
  PlannedBuild planned_;
};

}  // namespace

PlannedBuild PlanBuild(const PlanInput& input, const BuildToPlan& build, JobList* list) {
  return BuildPlanner(input, build).Go(list);
}

}  // namespace lif
