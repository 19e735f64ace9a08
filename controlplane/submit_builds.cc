#include "controlplane/submit_builds.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "controlplane/submit_answers.h"
#include "controlplane/submit_expansion.h"
#include "controlplane/submit_graph.h"
#include "controlplane/submit_queueing.h"
#include "controlplane/submit_request.h"

namespace lif {
namespace {

constexpr size_t kMaxJobs = 1'000;   // of one look into the queue
constexpr int64_t kRepeatDepth = 8;  // generations that a repeated request looks back

// The state of one request. Lives for one call.
class SubmitRun {
 public:
  SubmitRun(const SubmitBuildsInput& input, const SubmitBuilds::Seams& seams,
            const std::function<bool()>& cancelled, SubmitExpansion expansion)
      : input_(input),
        seams_(seams),
        cancelled_(cancelled),
        sources_{seams.layers, seams.ledger, seams.records, seams.queue},
        answers_(std::move(expansion.builds)),
        units_(std::move(expansion.units)),
        outlines_(std::move(expansion.outlines)),
        graph_(sources_, *outlines_, cancelled_) {
    for (SubmitUnit& unit : units_) todo_.push_back(&unit);
  }

  absl::StatusOr<SubmitBuildsOutput> Go() {
    SubmitBuildsOutput output;
    output.request_id = input_.request_id.empty() ? NewUlid(seams_.clock.Now()) : input_.request_id;
    LIF_RETURN_IF_ERROR(Decide());
    LIF_RETURN_IF_ERROR(AnswerRepeated());
    LIF_ASSIGN_OR_RETURN(SubmitJobs jobs, PlanAll(&output.warnings));
    if (!input_.validate_only) {
      SubmitQueueing queueing({input_, seams_, cancelled_, graph_, answers_}, output.request_id);
      LIF_RETURN_IF_ERROR(queueing.Go(todo_, std::move(jobs)));
    }
    output.builds = answers_.Take();
    return output;
  }

 private:
  absl::Status Decide();
  absl::Status AnswerRepeated();
  absl::StatusOr<SubmitJobs> PlanAll(std::vector<std::string>* warnings);
  absl::StatusOr<std::set<std::string>> ServedPools();
  // The pools that the unit needs and nobody serves: of its image, of its layers.
  std::vector<std::string> Unserved(const SubmitUnit& unit,
                                    const std::set<std::string>& served) const;
  absl::Status CheckPools(std::vector<std::string>* warnings);

  const SubmitBuildsInput& input_;
  const SubmitBuilds::Seams& seams_;
  const std::function<bool()>& cancelled_;
  const PlanSources sources_;
  SubmitAnswers answers_;
  std::vector<SubmitUnit> units_;  // never grows after it is set: todo_ points into it
  const std::shared_ptr<const CatalogOutlines> outlines_;
  SubmitGraph graph_;
  std::vector<SubmitUnit*> todo_;  // not answered by a record, nor refused
};

// One query for the whole request, then the policy for each key.
absl::Status SubmitRun::Decide() {
  if (todo_.empty()) return absl::OkStatus();
  LIF_RETURN_IF_ERROR(CheckCancelled(cancelled_));
  std::vector<std::string> keys;
  keys.reserve(todo_.size());
  for (const SubmitUnit* unit : todo_) keys.push_back(unit->key);
  LIF_ASSIGN_OR_RETURN(const std::vector<KeyHistory> histories, seams_.records.LookUp(keys));
  std::unordered_map<std::string, const KeyHistory*> by_key;
  for (const KeyHistory& history : histories) by_key.emplace(history.build_key, &history);
  std::vector<SubmitUnit*> rest;
  for (SubmitUnit* unit : todo_) {
    const auto history = by_key.find(unit->key);
    const RerunDecision decision =
        DecideRerun(input_.rerun, history == by_key.end() ? nullptr : history->second);
    if (decision.reuse) {
      answers_.Reused(*unit, *decision.reuse, decision.reason);
      continue;
    }
    unit->generation = decision.generation;
    unit->reason = decision.reason;
    rest.push_back(unit);
  }
  todo_ = std::move(rest);
  return absl::OkStatus();
}

// What this request made when it was sent before answers it, whether it has ended or not: nothing
// more is planned for it.
absl::Status SubmitRun::AnswerRepeated() {
  if (input_.request_id.empty() || input_.validate_only) return absl::OkStatus();
  std::vector<std::string> job_ids;
  std::vector<SubmitUnit*> asked;  // of each job ID
  std::set<const SubmitUnit*> answered;
  const auto look = [&]() -> absl::Status {
    LIF_RETURN_IF_ERROR(CheckCancelled(cancelled_));
    LIF_ASSIGN_OR_RETURN(const auto jobs, seams_.queue.FindJobs(job_ids));
    for (size_t i = 0; i < jobs.size() && i < asked.size(); ++i) {
      if (!jobs[i] || jobs[i]->request_id != input_.request_id) continue;
      if (answered.insert(asked[i]).second) answers_.QueuedBefore(*asked[i], jobs[i]->spec);
    }
    job_ids.clear();
    asked.clear();
    return absl::OkStatus();
  };
  for (SubmitUnit* unit : todo_) {
    const int64_t oldest = std::max<int64_t>(1, unit->generation - kRepeatDepth);
    for (int64_t generation = unit->generation; generation >= oldest; --generation) {
      job_ids.push_back(absl::StrCat(unit->key, ".", generation));
      asked.push_back(unit);
    }
    if (job_ids.size() + kRepeatDepth + 1 > kMaxJobs) LIF_RETURN_IF_ERROR(look());
  }
  if (!job_ids.empty()) LIF_RETURN_IF_ERROR(look());
  std::erase_if(todo_, [&answered](const SubmitUnit* unit) { return answered.contains(unit); });
  return absl::OkStatus();
}

absl::StatusOr<SubmitJobs> SubmitRun::PlanAll(std::vector<std::string>* warnings) {
  if (todo_.empty()) return SubmitJobs();
  LIF_RETURN_IF_ERROR(graph_.Learn(todo_));
  LIF_ASSIGN_OR_RETURN(SubmitJobs jobs, graph_.Plan(todo_));
  const size_t planned = todo_.size();
  LIF_RETURN_IF_ERROR(CheckPools(warnings));
  // The layers of what was refused may be needed by nothing else.
  if (todo_.size() != planned) {
    LIF_ASSIGN_OR_RETURN(jobs, graph_.Plan(todo_));
  }
  for (SubmitUnit* unit : todo_) {
    const std::string& layers = graph_.PlanOf(*unit).layers;
    if (!layers.empty()) absl::StrAppend(&unit->reason, "; ", layers);
    answers_.ToQueue(*unit);
  }
  return jobs;
}

absl::StatusOr<std::set<std::string>> SubmitRun::ServedPools() {
  LIF_ASSIGN_OR_RETURN(const std::vector<ExecutorInfo> executors, seams_.queue.ListExecutors());
  std::set<std::string> served;
  for (const ExecutorInfo& executor : executors) {
    if (executor.alive && !executor.draining) served.insert(executor.pool);
  }
  return served;
}

std::vector<std::string> SubmitRun::Unserved(const SubmitUnit& unit,
                                             const std::set<std::string>& served) const {
  std::set<std::string> needed = {unit.outline->pool};
  if (graph_.PlanOf(unit).waits_for_layers) needed.insert(unit.layer_pool);
  std::vector<std::string> unserved;
  std::set_difference(needed.begin(), needed.end(), served.begin(), served.end(),
                      std::back_inserter(unserved));
  return unserved;
}

// Says when nothing would serve a build or its layers: a warning, or with reject_unschedulable its
// answer.
absl::Status SubmitRun::CheckPools(std::vector<std::string>* warnings) {
  LIF_ASSIGN_OR_RETURN(const std::set<std::string> served, ServedPools());
  std::map<std::string, std::vector<const SubmitUnit*>> unserved;
  std::vector<SubmitUnit*> rest;
  for (SubmitUnit* unit : todo_) {
    const std::vector<std::string> pools = Unserved(*unit, served);
    if (!pools.empty() && input_.reject_unschedulable) {
      const std::string& pool = pools.front();
      answers_.Invalid(*unit, "UNSCHEDULABLE",
                       absl::StrCat("no registered executor serves pool ", pool,
                                    pool == unit->outline->pool ? "" : ", which builds its layers",
                                    "; start one, or submit without --reject-unschedulable"));
      continue;
    }
    for (const std::string& pool : pools) unserved[pool].push_back(unit);
    rest.push_back(unit);
  }
  for (const auto& [pool, units] : unserved) {
    warnings->push_back(absl::StrCat("no registered executor serves pool ", pool, ": ",
                                     units.size(),
                                     units.size() == 1 ? " build waits" : " builds wait",
                                     " until one is started, with lif-executor --platform ",
                                     units.front()->platform, " --pool ", pool));
  }
  todo_ = std::move(rest);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SubmitBuildsOutput> SubmitBuilds::Run(const SubmitBuildsInput& input,
                                                     const std::function<bool()>& cancelled) const {
  LIF_RETURN_IF_ERROR(CheckSubmitBuilds(input, limits_));
  LIF_ASSIGN_OR_RETURN(SubmitExpansion expansion,
                       ExpandSubmit(input, seams_.layers, seams_.manifests, cancelled));
  return SubmitRun(input, seams_, cancelled, std::move(expansion)).Go();
}

}  // namespace lif
