#include "controlplane/plan_input.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/plan/planner.h"
#include "controlplane/submit_expansion.h"

namespace lif {
namespace {

constexpr size_t kMaxRecordKeys = 10'000;
constexpr size_t kMaxJobs = 1'000;
// Generations looked at one after the other: each but the last has ended or is being stopped.
constexpr int kMaxAhead = 8;

template <typename T>
std::vector<T> Batch(const std::vector<T>& all, size_t begin, size_t size) {
  return {all.begin() + static_cast<ptrdiff_t>(begin),
          all.begin() + static_cast<ptrdiff_t>(std::min(begin + size, all.size()))};
}

// A job to look for.
struct Asked {
  std::string key;
  int64_t generation = 1;
};

bool IsStopping(const JobView& job) {
  return job.cancel_requested || job.state == JobState::kEnding || !job.outcome.empty();
}

void Spend(const std::string& key, int64_t generation, std::string reason, PlanInput* input) {
  SpentGenerations& spent = input->spent[key];
  if (spent.newest < generation) spent = {generation, std::move(reason)};
}

// What is known of some keys, source by source. A source that is asked later knows all that an
// earlier one had seen end: an executor writes the ledger's row, then the record, then ends the
// job.
class Learner {
 public:
  Learner(const std::function<bool()>& cancelled, PlanInput* input)
      : cancelled_(cancelled), input_(input) {}

  absl::Status AskLedger(LayerLedgerReader& ledger, const std::vector<std::string>& keys);
  // Answers which keys it learnt something of that is not in the ledger.
  absl::StatusOr<std::vector<std::string>> AskRecords(RecordReader& records,
                                                      const std::vector<std::string>& keys);
  // Answers which keys have a job that has ended.
  absl::StatusOr<std::vector<std::string>> AskQueue(JobQueue& queue, std::vector<Asked> asked);
  // The generation that a plan would choose by what is known, or would look beyond.
  int64_t Next(const std::string& key) const;

 private:
  void TakeRecord(const KeyHistory& history, std::vector<std::string>* beyond);
  // Answers whether the generation after it is to be looked for.
  bool TakeJob(const Asked& asked, const JobView& job, std::vector<std::string>* ended);

  const std::function<bool()>& cancelled_;
  PlanInput* const input_;
};

absl::Status Learner::AskLedger(LayerLedgerReader& ledger, const std::vector<std::string>& keys) {
  for (size_t begin = 0; begin < keys.size(); begin += kMaxLedgerKeys) {
    LIF_RETURN_IF_ERROR(CheckCancelled(cancelled_));
    LIF_ASSIGN_OR_RETURN(std::vector<LedgerLayer> rows,
                         ledger.LookUp(Batch(keys, begin, kMaxLedgerKeys)));
    for (LedgerLayer& row : rows) {
      row.diff_ids = {};
      std::string key = row.layer_key;
      input_->ledger[std::move(key)] = std::move(row);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> Learner::AskRecords(RecordReader& records,
                                                             const std::vector<std::string>& keys) {
  std::vector<std::string> beyond;
  for (size_t begin = 0; begin < keys.size(); begin += kMaxRecordKeys) {
    LIF_RETURN_IF_ERROR(CheckCancelled(cancelled_));
    LIF_ASSIGN_OR_RETURN(const std::vector<KeyHistory> histories,
                         records.LookUp(Batch(keys, begin, kMaxRecordKeys)));
    for (const KeyHistory& history : histories) TakeRecord(history, &beyond);
  }
  return beyond;
}

void Learner::TakeRecord(const KeyHistory& history, std::vector<std::string>* beyond) {
  if (!history.newest) return;
  const auto row = input_->ledger.find(history.build_key);
  if (row != input_->ledger.end() && row->second.generation >= history.newest_generation) return;
  const RecordHead& newest = *history.newest;
  Spend(history.build_key, history.newest_generation,
        newest.outcome == Outcome::kCompatible
            ? absl::StrCat("build ", newest.build_id, " made it, but the ledger lost it")
            : absl::StrCat("build ", newest.build_id, " ended as ",
                           std::string(OutcomeName(newest.outcome))),
        input_);
  beyond->push_back(history.build_key);
}

int64_t Learner::Next(const std::string& key) const {
  int64_t next = 1;
  if (const auto row = input_->ledger.find(key); row != input_->ledger.end()) {
    next = row->second.generation + 1;  // such a job says that the row's digest is lost
  }
  if (const auto spent = input_->spent.find(key); spent != input_->spent.end()) {
    next = std::max(next, spent->second.newest + 1);
  }
  return next;
}

absl::StatusOr<std::vector<std::string>> Learner::AskQueue(JobQueue& queue,
                                                           std::vector<Asked> asked) {
  std::vector<std::string> ended;
  for (int ahead = 0; ahead < kMaxAhead && !asked.empty(); ++ahead) {
    std::vector<Asked> next;
    for (size_t begin = 0; begin < asked.size(); begin += kMaxJobs) {
      LIF_RETURN_IF_ERROR(CheckCancelled(cancelled_));
      const std::vector<Asked> batch = Batch(asked, begin, kMaxJobs);
      std::vector<std::string> job_ids;
      job_ids.reserve(batch.size());
      for (const Asked& one : batch) job_ids.push_back(absl::StrCat(one.key, ".", one.generation));
      LIF_ASSIGN_OR_RETURN(const auto jobs, queue.FindJobs(job_ids));
      for (size_t i = 0; i < jobs.size() && i < batch.size(); ++i) {
        if (jobs[i] && TakeJob(batch[i], *jobs[i], &ended)) {
          next.push_back({batch[i].key, batch[i].generation + 1});
        }
      }
    }
    asked = std::move(next);
  }
  return ended;
}

bool Learner::TakeJob(const Asked& asked, const JobView& job, std::vector<std::string>* ended) {
  if (job.state == JobState::kDone) {
    Spend(asked.key, asked.generation,
          absl::StrCat("build ", job.spec.build_id, " ended as ", job.outcome), input_);
    ended->push_back(asked.key);
    return true;
  }
  const bool stopping = IsStopping(job);
  input_->live[asked.key] = {asked.generation, job.spec.build_id, stopping};
  return stopping;
}

// What the ledger has by now was not spent.
void Unspend(const std::vector<std::string>& keys, PlanInput* input) {
  for (const std::string& key : keys) {
    const auto row = input->ledger.find(key);
    const auto spent = input->spent.find(key);
    if (row != input->ledger.end() && spent != input->spent.end() &&
        row->second.generation >= spent->second.newest) {
      input->spent.erase(spent);
    }
  }
}

}  // namespace

std::vector<std::string> CutKeys(const std::vector<BuildToPlan>& builds,
                                 const SharedLayers& shared) {
  std::vector<std::string> keys;
  std::unordered_set<std::string> seen;
  for (const BuildToPlan& build : builds) {
    if (!build.reused_build_id.empty()) continue;
    for (const int position : CutPositions(build, shared)) {
      const std::string& key = build.chain.layers[position - 1].key;
      if (seen.insert(key).second) keys.push_back(key);
    }
  }
  return keys;
}

absl::Status LearnLayers(const PlanSources& sources, const std::vector<std::string>& keys,
                         const std::function<bool()>& cancelled, PlanInput* input) {
  for (const std::string& key : keys) {
    input->ledger.erase(key);
    input->spent.erase(key);
    input->live.erase(key);
  }
  Learner learner(cancelled, input);
  LIF_RETURN_IF_ERROR(learner.AskLedger(sources.ledger, keys));
  LIF_ASSIGN_OR_RETURN(std::vector<std::string> again, learner.AskRecords(sources.records, keys));
  std::vector<Asked> asked;
  asked.reserve(keys.size());
  for (const std::string& key : keys) asked.push_back({key, learner.Next(key)});
  LIF_ASSIGN_OR_RETURN(const std::vector<std::string> ended,
                       learner.AskQueue(sources.queue, std::move(asked)));
  // Those may have come into the ledger after it was asked.
  again.insert(again.end(), ended.begin(), ended.end());
  LIF_RETURN_IF_ERROR(learner.AskLedger(sources.ledger, again));
  Unspend(again, input);
  return absl::OkStatus();
}

absl::Status LearnBuilds(JobQueue& queue, const std::vector<BuildToPlan>& builds,
                         const std::function<bool()>& cancelled, PlanInput* input) {
  std::vector<Asked> asked;
  std::unordered_set<std::string> seen;
  for (const BuildToPlan& build : builds) {
    if (!build.reused_build_id.empty() || !seen.insert(build.build_key).second) continue;
    input->live.erase(build.build_key);
    input->spent.erase(build.build_key);
    asked.push_back({build.build_key, build.generation});
  }
  return Learner(cancelled, input).AskQueue(queue, std::move(asked)).status();
}

absl::StatusOr<std::shared_ptr<const SharedLayers>> CompletePlanInput(
    const PlanSources& sources, const std::function<bool()>& cancelled, PlanInput* input) {
  LIF_ASSIGN_OR_RETURN(auto shared, sources.layers.Current(cancelled));
  input->shared = shared.get();
  LIF_RETURN_IF_ERROR(LearnLayers(sources, CutKeys(input->builds, *shared), cancelled, input));
  LIF_RETURN_IF_ERROR(LearnBuilds(sources.queue, input->builds, cancelled, input));
  return shared;
}

}  // namespace lif
