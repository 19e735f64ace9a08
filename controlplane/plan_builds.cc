#include "controlplane/plan_builds.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/plan/change_reason.h"
#include "common/plan/planner.h"
#include "controlplane/in_batches.h"
#include "controlplane/last_chains.h"
#include "controlplane/submit_expansion.h"
#include "controlplane/submit_request.h"

namespace lif {
namespace {

constexpr size_t kMaxKeys = 10'000;   // of one call of RecordReader::LookUp
constexpr size_t kMaxCompared = 500;  // builds whose last record is read, to say what changed

// The state of one request. Lives for one call.
class PlanRun {
 public:
  PlanRun(const PlanBuilds::Seams& seams, const PlanBuildsInput& input,
          const std::function<bool()>& cancelled)
      : seams_(seams), input_(input), cancelled_(cancelled) {}

  absl::StatusOr<PlanBuildsOutput> Go();

 private:
  absl::Status Expand();
  absl::Status Decide();
  absl::Status CompareWithLast();
  absl::StatusOr<PastTimes> ReadPast();
  absl::Status WarnOfPools();
  void CountLayers();
  void TellBuilds();
  void TellJobs();
  SubmittedBuild AnswerOf(size_t unit) const;

  const PlanBuilds::Seams& seams_;
  const PlanBuildsInput& input_;
  const std::function<bool()>& cancelled_;
  SubmitExpansion expansion_;
  PlanInput plan_input_;                           // its builds are those of expansion_.units
  std::vector<std::optional<RecordHead>> reused_;  // by unit: the record that answers
  std::vector<std::optional<LastChain>> last_;     // by unit; never grows once it is pointed to
  Plan plan_;
  std::unordered_map<std::string, size_t> jobs_;                       // job ID → into plan_.jobs
  std::unordered_map<std::string, std::vector<std::string>> modules_;  // job ID → what it builds
  std::vector<std::optional<absl::Duration>> estimates_;               // by job
  PlanBuildsOutput output_;
};

absl::Status PlanRun::Expand() {
  SubmitBuildsInput submit;
  submit.builds = input_.builds;
  LIF_ASSIGN_OR_RETURN(expansion_,
                       ExpandSubmit(submit, seams_.layers, seams_.manifests, cancelled_));
  plan_input_.builds.reserve(expansion_.units.size());
  for (const SubmitUnit& unit : expansion_.units) {
    plan_input_.builds.push_back(ToPlan(unit, *expansion_.outlines));
  }
  return absl::OkStatus();
}

absl::Status PlanRun::Decide() {
  std::vector<std::string> keys;
  for (const SubmitUnit& unit : expansion_.units) keys.push_back(unit.key);
  LIF_RETURN_IF_ERROR(CheckCancelled(cancelled_));
  LIF_ASSIGN_OR_RETURN(const std::vector<KeyHistory> histories,
                       InBatches<KeyHistory>(keys, kMaxKeys, [this](const auto& some) {
                         return seams_.records.LookUp(some);
                       }));
  std::unordered_map<std::string, const KeyHistory*> by_key;
  for (const KeyHistory& history : histories) by_key.emplace(history.build_key, &history);
  reused_.resize(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    const auto history = by_key.find(keys[i]);
    const RerunDecision decision =
        DecideRerun(input_.rerun, history == by_key.end() ? nullptr : history->second);
    BuildToPlan& build = plan_input_.builds[i];
    build.generation = decision.generation;
    build.reason = decision.reason;
    reused_[i] = decision.reuse;
    if (decision.reuse) build.reused_build_id = decision.reuse->build_id;
  }
  return absl::OkStatus();
}

absl::Status PlanRun::CompareWithLast() {
  last_.resize(plan_input_.builds.size());
  const size_t limit = std::min(input_.limit, kMaxCompared);
  size_t compared = 0;
  for (size_t i = 0; i < plan_input_.builds.size() && compared < limit; ++i) {
    BuildToPlan& build = plan_input_.builds[i];
    if (!build.reused_build_id.empty()) continue;
    LIF_RETURN_IF_ERROR(CheckCancelled(cancelled_));
    LIF_ASSIGN_OR_RETURN(last_[i],
                         FindLastChain(seams_.records, seams_.manifests, build.manifest_id,
                                       build.platform.ToString(), build.chain));
    if (last_[i]) build.last = &last_[i]->chain;
    ++compared;
  }
  return absl::OkStatus();
}

absl::StatusOr<PastTimes> PlanRun::ReadPast() {
  LIF_ASSIGN_OR_RETURN(const std::vector<PastLayer> layers, seams_.past.LastLayers());
  PastTimes past(layers);
  std::vector<std::string> keys;
  for (const PlannedJob& job : plan_.jobs) {
    if (job.spec.kind == JobKind::kImage) keys.push_back(job.spec.key);
  }
  LIF_ASSIGN_OR_RETURN(const std::vector<PastBuild> builds,
                       InBatches<PastBuild>(keys, kMaxPastBuilds, [this](const auto& some) {
                         return seams_.past.LastBuilt(some);
                       }));
  for (const PastBuild& build : builds) past.AddBuild(build.build_key, build.duration);
  return past;
}

absl::Status PlanRun::WarnOfPools() {
  std::map<std::string, int> jobs;
  for (const PlannedJob& job : plan_.jobs) ++jobs[job.spec.pool];
  if (jobs.empty()) return absl::OkStatus();
  LIF_ASSIGN_OR_RETURN(const std::vector<ExecutorInfo> executors, seams_.queue.ListExecutors());
  for (const ExecutorInfo& executor : executors) {
    if (executor.alive && !executor.draining) jobs.erase(executor.pool);
  }
  for (const auto& [pool, count] : jobs) {
    output_.warnings.push_back(absl::StrCat("no registered executor serves pool ", pool, ": ",
                                            count, count == 1 ? " job" : " jobs", " would wait"));
  }
  return absl::OkStatus();
}

void PlanRun::CountLayers() {
  std::unordered_map<std::string, LayerUse> layers;
  for (const PlannedBuild& build : plan_.builds) {
    for (const PlannedLayer& layer : build.layers) {
      const bool fresh = layers.emplace(layer.key, layer.use).second;
      if (!fresh) continue;
      if (layer.use != LayerUse::kReused) modules_[layer.job_id].push_back(layer.module_ref);
      ++(layer.use == LayerUse::kReused   ? output_.layers_reused
         : layer.use == LayerUse::kJoined ? output_.layers_joined
                                          : output_.layers_built);
    }
  }
}

SubmittedBuild PlanRun::AnswerOf(size_t unit) const {
  const SubmitUnit& asked = expansion_.units[unit];
  const PlannedBuild& planned = plan_.builds[unit];
  SubmittedBuild answer;
  answer.manifest_id = asked.manifest_id;
  answer.platform = asked.platform;
  answer.build_key = asked.key;
  answer.pool = asked.outline->pool;
  answer.build_id = planned.build_id;
  answer.generation = planned.generation;
  answer.reason = planned.reason;
  answer.answer = planned.use == LayerUse::kReused   ? SubmitAnswer::kReused
                  : planned.use == LayerUse::kJoined ? SubmitAnswer::kJoined
                                                     : SubmitAnswer::kQueued;
  if (reused_[unit]) answer.outcome = reused_[unit]->outcome;
  return answer;
}

// The lowest thing that changed, and against what.
std::string ChangeText(const BuildToPlan& build, const LastChain& last) {
  for (const std::string& reason : ExplainChanges(build.chain, last.chain)) {
    if (reason.empty()) continue;
    return last.manifest_id == build.manifest_id
               ? absl::StrCat(reason, " since build ", last.build_id)
               : absl::StrCat(reason, " against manifest ", last.manifest_id, ", build ",
                              last.build_id);
  }
  return "";
}

void PlanRun::TellBuilds() {
  std::vector<size_t> unit_of(expansion_.builds.size(), expansion_.units.size());
  for (size_t i = 0; i < expansion_.units.size(); ++i) {
    for (const size_t answer : expansion_.units[i].answers) unit_of[answer] = i;
  }
  for (size_t i = 0; i < expansion_.builds.size(); ++i) {
    const bool invalid = unit_of[i] == expansion_.units.size();
    const LayerUse use = invalid ? LayerUse::kBuilt : plan_.builds[unit_of[i]].use;
    ++(invalid                    ? output_.invalid
       : use == LayerUse::kReused ? output_.reused
       : use == LayerUse::kJoined ? output_.joined
                                  : output_.queued);
    if (output_.builds.size() == input_.limit) {
      ++output_.builds_left_out;
      continue;
    }
    AnsweredBuild told;
    told.build = invalid ? expansion_.builds[i] : AnswerOf(unit_of[i]);
    if (!invalid) {
      for (const PlannedLayer& layer : plan_.builds[unit_of[i]].layers) {
        AnsweredLayer entry{layer, "", std::nullopt};
        if (const auto job = jobs_.find(layer.job_id); job != jobs_.end()) {
          entry.pool = plan_.jobs[job->second].spec.pool;
          entry.estimate = estimates_[job->second];
        }
        told.layers.push_back(std::move(entry));
      }
      const auto& last = last_[unit_of[i]];
      if (last) told.change = ChangeText(plan_input_.builds[unit_of[i]], *last);
    }
    output_.builds.push_back(std::move(told));
  }
}

void PlanRun::TellJobs() {
  const size_t told = std::min(plan_.jobs.size(), input_.limit);
  for (size_t i = 0; i < told; ++i) {
    output_.jobs.push_back({plan_.jobs[i], modules_[plan_.jobs[i].spec.job_id], estimates_[i]});
  }
  output_.jobs_left_out = plan_.jobs.size() - told;
}

absl::StatusOr<PlanBuildsOutput> PlanRun::Go() {
  LIF_RETURN_IF_ERROR(Expand());
  LIF_RETURN_IF_ERROR(Decide());
  LIF_RETURN_IF_ERROR(CompareWithLast());
  const PlanSources sources{seams_.layers, seams_.ledger, seams_.records, seams_.queue};
  LIF_ASSIGN_OR_RETURN(const auto shared, CompletePlanInput(sources, cancelled_, &plan_input_));
  LIF_ASSIGN_OR_RETURN(plan_, MakePlan(plan_input_));
  LIF_ASSIGN_OR_RETURN(const PastTimes past, ReadPast());
  CountLayers();
  for (size_t i = 0; i < plan_.jobs.size(); ++i) {
    const PlannedJob& job = plan_.jobs[i];
    jobs_.emplace(job.spec.job_id, i);
    estimates_.push_back(EstimateJob(job, modules_[job.spec.job_id], plan_input_, past));
  }
  output_.times = AddUp(plan_.jobs, estimates_);
  TellBuilds();
  TellJobs();
  LIF_RETURN_IF_ERROR(WarnOfPools());
  return std::move(output_);
}

}  // namespace

absl::StatusOr<PlanBuildsOutput> PlanBuilds::Run(const PlanBuildsInput& input,
                                                 const std::function<bool()>& cancelled) const {
  SubmitBuildsInput submit;
  submit.builds = input.builds;
  LIF_RETURN_IF_ERROR(CheckSubmitBuilds(submit, limits_));
  return PlanRun(seams_, input, cancelled).Go();
}

}  // namespace lif
