#include "controlplane/prewarm.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "common/plan/planner.h"
#include "controlplane/prewarm_stacks.h"
#include "controlplane/submit_expansion.h"

namespace lif {
namespace {

constexpr int kRounds = 4;
constexpr int kMaxAttempts = 3;

// The state of one request. Lives for one call.
class PrewarmRun {
 public:
  PrewarmRun(const Prewarm::Seams& seams, const PrewarmInput& input,
             const std::function<bool()>& cancelled)
      : seams_(seams),
        sources_{seams.layers, seams.ledger, seams.records, seams.queue},
        input_(input),
        cancelled_(cancelled) {}

  absl::StatusOr<PrewarmOutput> Go(const Recipe& recipe);

 private:
  absl::Status Choose(std::vector<Stack> stacks);
  absl::Status Plan();
  // Answers whether what was planned stands: else it is to be planned again.
  absl::StatusOr<bool> Queue();
  absl::Status WarnOfPools();
  void Answer();
  void AnswerStack(const PlannedBuild& planned, PrewarmedStack* stack) const;

  const Prewarm::Seams& seams_;
  const PlanSources sources_;
  const PrewarmInput& input_;
  const std::function<bool()>& cancelled_;
  std::vector<RankedStack> chosen_;
  PlanInput known_;
  std::shared_ptr<const SharedLayers> shared_;
  lif::Plan plan_;                                           // of layer jobs alone
  std::unordered_map<std::string, SubmitOutcome> outcomes_;  // by job ID; of all rounds
  PrewarmOutput output_;
};

// A chain that ends with the stack. Its layers' jobs are wanted, not that of an image.
BuildToPlan ToPlan(const Stack& stack) {
  BuildToPlan build;
  build.manifest_id = stack.manifest_id;
  build.platform = stack.platform;
  build.build_key = stack.build_key;
  build.chain = stack.chain;
  return build;
}

absl::Status PrewarmRun::Choose(std::vector<Stack> stacks) {
  LIF_ASSIGN_OR_RETURN(shared_, sources_.layers.Current(cancelled_));
  known_.shared = shared_.get();
  std::vector<BuildToPlan> builds;
  builds.reserve(stacks.size());
  for (const Stack& stack : stacks) builds.push_back(ToPlan(stack));
  LIF_RETURN_IF_ERROR(LearnLayers(sources_, CutKeys(builds, *shared_), cancelled_, &known_));
  LIF_ASSIGN_OR_RETURN(const std::vector<PastLayer> layers, seams_.past.LastLayers());
  const PastTimes past(layers);
  output_.assumed_cost = AssumedCost(past);
  chosen_ = Rank(std::move(stacks), known_, past);
  if (input_.limit > 0 && chosen_.size() > input_.limit) {
    output_.beyond_limit = chosen_.size() - input_.limit;
    chosen_.resize(input_.limit);
  }
  return absl::OkStatus();
}

absl::Status PrewarmRun::Plan() {
  known_.builds.clear();
  for (const RankedStack& ranked : chosen_) known_.builds.push_back(ToPlan(ranked.stack));
  LIF_ASSIGN_OR_RETURN(plan_, MakePlan(known_));
  std::erase_if(plan_.jobs, [](const PlannedJob& job) { return job.spec.kind != JobKind::kLayer; });
  return absl::OkStatus();
}

absl::StatusOr<bool> PrewarmRun::Queue() {
  std::vector<std::string> ended;  // layer keys
  bool stands = true;
  std::vector<std::vector<JobSpec>> chunks = SubmitChunks(plan_);
  for (size_t i = 0; i < chunks.size(); ++i) {
    LIF_RETURN_IF_ERROR(CheckCancelled(cancelled_));
    SubmitRequest request;
    request.request_id = output_.request_id;
    request.tenant = input_.tenant.empty() ? "default" : input_.tenant;
    request.priority = input_.priority;
    request.chunk = static_cast<int>(i);
    request.chunks = static_cast<int>(chunks.size());
    request.jobs = std::move(chunks[i]);
    for (JobSpec& spec : request.jobs) {
      spec.build_id = NewUlid(seams_.clock.Now());
      spec.max_attempts = kMaxAttempts;
      spec.traceparent = input_.traceparent;
    }
    LIF_ASSIGN_OR_RETURN(const std::vector<SubmitOutcome> outcomes, seams_.queue.Submit(request));
    for (size_t j = 0; j < outcomes.size() && j < request.jobs.size(); ++j) {
      const JobSpec& spec = request.jobs[j];
      if (outcomes[j].disposition == SubmitDisposition::kDone) {
        ended.push_back(spec.key);
      } else if (outcomes[j].stopping) {
        known_.live[spec.key] = {spec.generation, outcomes[j].build_id, true};
        stands = false;
      } else {
        // Of a job that was queued in an earlier round it stays true.
        outcomes_.try_emplace(spec.job_id, outcomes[j]);
      }
    }
  }
  if (ended.empty()) return stands;
  LIF_RETURN_IF_ERROR(LearnLayers(sources_, ended, cancelled_, &known_));
  return false;
}

void PrewarmRun::AnswerStack(const PlannedBuild& planned, PrewarmedStack* stack) const {
  for (const PlannedLayer& layer : planned.layers) {
    const auto outcome = outcomes_.find(layer.job_id);
    const bool queued = outcome == outcomes_.end()
                            ? layer.use == LayerUse::kBuilt
                            : outcome->second.disposition == SubmitDisposition::kQueued;
    ++(layer.use == LayerUse::kReused ? stack->layers_reused
       : queued                       ? stack->layers_queued
                                      : stack->layers_joined);
    if (layer.position < static_cast<int>(planned.layers.size())) continue;
    stack->job_id = layer.job_id;
    if (outcome != outcomes_.end()) stack->build_id = outcome->second.build_id;
  }
  stack->answer = stack->layers_queued > 0   ? SubmitAnswer::kQueued
                  : stack->layers_joined > 0 ? SubmitAnswer::kJoined
                                             : SubmitAnswer::kReused;
  if (stack->answer != SubmitAnswer::kReused) return;
  const LedgerLayer& row = known_.ledger.at(stack->ranked.stack.key);
  stack->build_id = row.build_id;
  stack->image = ImageOf(row);
}

void PrewarmRun::Answer() {
  for (size_t i = 0; i < chosen_.size(); ++i) {
    PrewarmedStack stack;
    stack.ranked = chosen_[i];
    AnswerStack(plan_.builds[i], &stack);
    output_.stacks.push_back(std::move(stack));
  }
}

absl::Status PrewarmRun::WarnOfPools() {
  std::set<std::string> pools;
  for (const PlannedJob& job : plan_.jobs) pools.insert(job.spec.pool);
  if (pools.empty()) return absl::OkStatus();
  LIF_ASSIGN_OR_RETURN(const std::vector<ExecutorInfo> executors, seams_.queue.ListExecutors());
  for (const ExecutorInfo& executor : executors) {
    if (executor.alive && !executor.draining) pools.erase(executor.pool);
  }
  for (const std::string& pool : pools) {
    output_.warnings.push_back(absl::StrCat("no registered executor serves pool ", pool,
                                            ": its layers wait until one is started"));
  }
  return absl::OkStatus();
}

absl::StatusOr<PrewarmOutput> PrewarmRun::Go(const Recipe& recipe) {
  output_.request_id = input_.request_id.empty() ? NewUlid(seams_.clock.Now()) : input_.request_id;
  LIF_ASSIGN_OR_RETURN(std::vector<Stack> stacks,
                       CollectStacks(seams_.catalog, recipe, input_, cancelled_));
  LIF_RETURN_IF_ERROR(Choose(std::move(stacks)));
  bool stands = false;
  for (int round = 0; round < kRounds && !stands; ++round) {
    LIF_RETURN_IF_ERROR(Plan());
    if (input_.validate_only) break;
    LIF_ASSIGN_OR_RETURN(stands, Queue());
  }
  if (!stands && !input_.validate_only) {
    output_.warnings.push_back(
        "the queue holds the last generations of some layers as ended or stopping, and no record "
        "says how: tell your operator");
  }
  Answer();
  LIF_RETURN_IF_ERROR(WarnOfPools());
  return std::move(output_);
}

}  // namespace

absl::StatusOr<PrewarmOutput> Prewarm::Run(const PrewarmInput& input,
                                           const std::function<bool()>& cancelled) const {
  return PrewarmRun(seams_, input, cancelled).Go(recipe_);
}

}  // namespace lif
