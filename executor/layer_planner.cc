#include "executor/layer_planner.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "common/plan/planner.h"
#include "common/queue/submit_check.h"
#include "executor/retry.h"

namespace lif {
namespace {

// Each round learns of an end that the queue remembers: a generation, or a row.
constexpr int kMaxRounds = 8;

class LayerPlanner {
 public:
  LayerPlanner(const StageContext& context, SpentLayers spent)
      : context_(context), run_(context.run) {
    input_.shared = &shared_;
    input_.spent = std::move(spent);
    for (const auto& [key, row] : run_.ledger) input_.ledger.emplace(key, row);
    input_.builds.push_back(Build());
  }

  StageResult Go() {
    for (int round = 0; round < kMaxRounds; ++round) {
      absl::StatusOr<std::vector<JobSpec>> jobs = Plan();
      if (!jobs.ok()) return Retryable(jobs.status());
      if (jobs->empty()) return std::nullopt;
      absl::StatusOr<std::vector<SubmitOutcome>> outcomes = Submit(*jobs);
      if (!outcomes.ok()) return Retryable(outcomes.status());
      bool learnt = false;
      for (size_t i = 0; i < outcomes->size(); ++i) {
        const absl::StatusOr<bool> news = Learn((*jobs)[i], (*outcomes)[i]);
        if (!news.ok()) return Retryable(news.status());
        learnt = learnt || *news;
      }
      if (!learnt) return Park(jobs->back(), jobs->size());
    }
    return Retryable(FailureClass::kTransient,
                     "its layers end faster than they can be asked for; see their records");
  }

 private:
  BuildToPlan Build() const {
    BuildToPlan build;
    build.manifest_id = run_.manifest.manifest.id;
    build.platform = run_.platform;
    build.build_key = run_.identity.build_key;
    build.chain = ChainOf(run_.manifest, run_.identity);
    if (run_.top > 0) {
      build.chain.layers.resize(static_cast<size_t>(run_.top - 1));
    } else {
      build.requires_ = run_.identity.requires_;
      build.generation = run_.job.spec.generation;
    }
    return build;
  }

  // The layer jobs, from the base up.
  absl::StatusOr<std::vector<JobSpec>> Plan() {
    LIF_ASSIGN_OR_RETURN(const lif::Plan plan, MakePlan(input_));
    std::vector<JobSpec> jobs;
    for (const PlannedJob& job : plan.jobs) {
      if (job.spec.kind != JobKind::kLayer) continue;
      jobs.push_back(job.spec);
      jobs.back().build_id = NewUlid(context_.services.clock.Now());
      run_.Say(absl::StrCat("Layer ", run_.identity.chain.at(job.last).module_ref,
                            " is to be built: ", job.reason, "\n"));
    }
    if (jobs.size() > kMaxJobsPerSubmit) {
      return absl::InternalError(
          absl::StrCat("a stack of over ", kMaxJobsPerSubmit, " layer jobs is not supported"));
    }
    return jobs;
  }

  absl::StatusOr<std::vector<SubmitOutcome>> Submit(const std::vector<JobSpec>& jobs) {
    SubmitRequest request;
    request.request_id = NewUlid(context_.services.clock.Now());
    request.tenant = run_.job.tenant;
    request.jobs = jobs;
    std::vector<SubmitOutcome> outcomes;
    LIF_RETURN_IF_ERROR(RetryWhileAway(
        context_.services.clock, {context_.deadline, context_.stop}, [&]() -> absl::Status {
          LIF_ASSIGN_OR_RETURN(outcomes, context_.services.jobs->Submit(request));
          return absl::OkStatus();
        }));
    return outcomes;
  }

  // True when the answer says something that the plan did not know.
  absl::StatusOr<bool> Learn(const JobSpec& job, const SubmitOutcome& outcome) {
    const int64_t generation = GenerationOf(outcome.job_id).value_or(job.generation);
    if (outcome.disposition == SubmitDisposition::kJoined && outcome.stopping) {
      input_.live[job.key] = {generation, outcome.build_id, true};
      return true;
    }
    if (outcome.disposition != SubmitDisposition::kDone) return false;
    LIF_ASSIGN_OR_RETURN(const std::vector<LedgerLayer> rows,
                         context_.services.ledger->LookUp({job.key}));
    if (!rows.empty() && rows.front().generation >= generation) {
      input_.ledger[job.key] = rows.front();
      run_.ledger[job.key] = rows.front();
      return true;
    }
    input_.spent[job.key] = {generation,
                             absl::StrCat("build ", outcome.build_id, " of it brought no layer")};
    return true;
  }

  StageFailure Park(const JobSpec& last, size_t count) const {
    StageFailure parked;
    parked.then = AfterFailure::kPark;
    parked.detail.failure = FailureClass::kNone;
    parked.detail.message = absl::StrCat("waits for ", count, count == 1 ? " layer" : " layers",
                                         ", the topmost by build ", last.build_id);
    parked.needs = {last.job_id};
    return parked;
  }

  const StageContext& context_;
  BuildRun& run_;
  const SharedLayers shared_;  // empty: what the ledger knows is a cut
  PlanInput input_;
};

}  // namespace

StageResult PlanLayers(const StageContext& context, SpentLayers spent) {
  return LayerPlanner(context, std::move(spent)).Go();
}

}  // namespace lif
