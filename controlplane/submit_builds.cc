#include "controlplane/submit_builds.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "controlplane/submit_expansion.h"
#include "controlplane/submit_request.h"

namespace lif {
namespace {

constexpr size_t kChunk = 64;  // jobs in one call of the queue: it blocks Redis for a bounded time
constexpr int kRounds = 3;
constexpr int kMaxAttempts = 3;

// The state of one request. Lives for one call.
class SubmitRun {
 public:
  SubmitRun(const SubmitBuildsInput& input, const std::function<bool()>& cancelled)
      : input_(input), cancelled_(cancelled) {}

  absl::StatusOr<SubmitBuildsOutput> Go(const SubmitBuilds::Seams& seams) {
    output_.request_id = input_.request_id.empty() ? NewUlid(seams.clock.Now()) : input_.request_id;
    LIF_ASSIGN_OR_RETURN(SubmitExpansion expansion,
                         ExpandSubmit(input_, seams.manifests, cancelled_));
    output_.builds = std::move(expansion.builds);
    units_ = std::move(expansion.units);
    for (SubmitUnit& unit : units_) todo_.push_back(&unit);
    LIF_RETURN_IF_ERROR(Decide(seams.records));
    LIF_RETURN_IF_ERROR(CheckPools(seams.queue));
    if (!input_.validate_only) LIF_RETURN_IF_ERROR(Enqueue(seams));
    return std::move(output_);
  }

 private:
  absl::Status Decide(RecordReader& records);
  absl::Status CheckPools(JobQueue& queue);
  absl::Status Enqueue(const SubmitBuilds::Seams& seams);
  SubmitRequest NewRequest() const;
  absl::Status SubmitChunk(const SubmitBuilds::Seams& seams, const std::vector<SubmitUnit*>& chunk,
                           SubmitRequest request, std::vector<SubmitUnit*>* ended,
                           std::vector<SubmitUnit*>* again);
  void AnswerQueued(const SubmitUnit& unit, const SubmitOutcome& outcome);
  absl::Status AnswerEnded(RecordReader& records, const std::vector<SubmitUnit*>& ended,
                           std::vector<SubmitUnit*>* again);
  // A store's error, with what had been queued before it.
  absl::Status AfterPart(const absl::Status& status) const;
  void Answer(const SubmitUnit& unit, const std::function<void(SubmittedBuild*)>& edit) {
    for (const size_t index : unit.answers) edit(&output_.builds[index]);
  }
  const SubmitBuildsInput& input_;
  const std::function<bool()>& cancelled_;
  SubmitBuildsOutput output_;
  std::vector<SubmitUnit> units_;  // never grows after it is set: todo_ points into it
  std::vector<SubmitUnit*> todo_;  // still to be queued
  size_t queued_ = 0;
};

void AnswerFromRecord(const RecordHead& head, const std::string& reason, SubmittedBuild* build) {
  build->answer = SubmitAnswer::kReused;
  build->build_id = head.build_id;
  build->generation = head.generation;
  build->outcome = head.outcome;
  build->saved = head.took;
  build->reason = reason;
}

std::unordered_map<std::string, KeyHistory> ByKey(std::vector<KeyHistory> histories) {
  std::unordered_map<std::string, KeyHistory> by_key;
  for (KeyHistory& history : histories) {
    std::string key = history.build_key;
    by_key.emplace(std::move(key), std::move(history));
  }
  return by_key;
}

std::vector<std::string> KeysOf(const std::vector<SubmitUnit*>& units) {
  std::vector<std::string> keys;
  keys.reserve(units.size());
  for (const SubmitUnit* unit : units) keys.push_back(unit->key);
  return keys;
}

// One query for the whole request, then the policy for each key.
absl::Status SubmitRun::Decide(RecordReader& records) {
  if (todo_.empty()) return absl::OkStatus();
  LIF_RETURN_IF_ERROR(CheckCancelled(cancelled_));
  LIF_ASSIGN_OR_RETURN(std::vector<KeyHistory> histories, records.LookUp(KeysOf(todo_)));
  const auto by_key = ByKey(std::move(histories));
  std::vector<SubmitUnit*> rest;
  for (SubmitUnit* unit : todo_) {
    const auto history = by_key.find(unit->key);
    const RerunDecision decision =
        DecideRerun(input_.rerun, history == by_key.end() ? nullptr : &history->second);
    if (decision.reuse) {
      Answer(*unit, [&](SubmittedBuild* build) {
        AnswerFromRecord(*decision.reuse, decision.reason, build);
      });
      continue;
    }
    unit->generation = decision.generation;
    unit->reason = decision.reason;
    Answer(*unit, [&](SubmittedBuild* build) {
      build->answer = SubmitAnswer::kQueued;
      build->generation = decision.generation;
      build->reason = decision.reason;
    });
    rest.push_back(unit);
  }
  todo_ = std::move(rest);
  return absl::OkStatus();
}

// Says when nothing would serve a build: a warning, or with reject_unschedulable its answer.
absl::Status SubmitRun::CheckPools(JobQueue& queue) {
  if (todo_.empty()) return absl::OkStatus();
  LIF_ASSIGN_OR_RETURN(const std::vector<ExecutorInfo> executors, queue.ListExecutors());
  std::set<std::string> served;
  for (const ExecutorInfo& executor : executors) {
    if (executor.alive && !executor.draining) served.insert(executor.pool);
  }
  std::map<std::string, std::vector<const SubmitUnit*>> unserved;
  std::vector<SubmitUnit*> rest;
  for (SubmitUnit* unit : todo_) {
    const std::string& pool = unit->pool;
    if (served.contains(pool)) {
      rest.push_back(unit);
    } else if (input_.reject_unschedulable) {
      Answer(*unit, [&](SubmittedBuild* build) {
        build->answer = SubmitAnswer::kInvalid;
        build->generation = 0;
        build->invalid_code = "UNSCHEDULABLE";
        build->reason = absl::StrCat("no registered executor serves pool ", pool,
                                     "; start one, or submit without --reject-unschedulable");
      });
    } else {
      unserved[pool].push_back(unit);
      rest.push_back(unit);
    }
  }
  for (const auto& [pool, units] : unserved) {
    output_.warnings.push_back(absl::StrCat("no registered executor serves pool ", pool, ": ",
                                            units.size(),
                                            units.size() == 1 ? " build waits" : " builds wait",
                                            " until one is started, with lif-executor --platform ",
                                            units.front()->platform, " --pool ", pool));
  }
  todo_ = std::move(rest);
  return absl::OkStatus();
}

absl::Status SubmitRun::Enqueue(const SubmitBuilds::Seams& seams) {
  std::vector<SubmitUnit*> todo = todo_;
  for (int round = 0; round < kRounds && !todo.empty(); ++round) {
    std::vector<SubmitUnit*> ended;
    std::vector<SubmitUnit*> again;
    for (size_t begin = 0; begin < todo.size(); begin += kChunk) {
      LIF_RETURN_IF_ERROR(CheckCancelled(cancelled_));
      SubmitRequest request = NewRequest();
      request.chunk = static_cast<int>(begin / kChunk);
      request.chunks = static_cast<int>((todo.size() + kChunk - 1) / kChunk);
      const std::vector<SubmitUnit*> chunk(todo.begin() + begin,
                                           todo.begin() + std::min(begin + kChunk, todo.size()));
      const absl::Status status = SubmitChunk(seams, chunk, std::move(request), &ended, &again);
      if (!status.ok()) return AfterPart(status);
    }
    LIF_RETURN_IF_ERROR(AnswerEnded(seams.records, ended, &again));
    todo = std::move(again);
  }
  for (const SubmitUnit* unit : todo) {
    Answer(*unit, [](SubmittedBuild* build) {
      build->answer = SubmitAnswer::kInvalid;
      build->invalid_code = "QUEUE_CONTRADICTS_RECORDS";
      build->reason =
          "the queue holds its last generations as ended or stopping, and no record says how: tell "
          "your operator";
    });
  }
  return absl::OkStatus();
}

SubmitRequest SubmitRun::NewRequest() const {
  SubmitRequest request;
  request.request_id = output_.request_id;
  request.tenant = input_.tenant.empty() ? "default" : input_.tenant;
  request.priority = input_.priority;
  request.queue_ttl = input_.queue_ttl;
  return request;
}

absl::Status SubmitRun::AfterPart(const absl::Status& status) const {
  if (queued_ == 0) return status;
  absl::Status told(status.code(),
                    absl::StrCat(std::string(status.message()), "; ", queued_, " of ", todo_.size(),
                                 " builds are queued: submit again, they are "
                                 "joined"));
  status.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    told.SetPayload(type_url, payload);
  });
  return told;
}

JobSpec SpecOf(const SubmitUnit& unit, absl::Time now, const std::string& traceparent) {
  JobSpec spec;
  spec.key = unit.key;
  spec.generation = unit.generation;
  spec.job_id = absl::StrCat(spec.key, ".", spec.generation);
  spec.build_id = NewUlid(now);
  spec.manifest_id = unit.manifest_id;
  spec.platform = unit.platform;
  spec.pool = unit.pool;
  spec.max_attempts = kMaxAttempts;
  spec.traceparent = traceparent;
  return spec;
}

// What ended goes to `ended`; what joined a job that is being stopped goes to `again`, to be
// submitted as the next generation.
absl::Status SubmitRun::SubmitChunk(const SubmitBuilds::Seams& seams,
                                    const std::vector<SubmitUnit*>& chunk, SubmitRequest request,
                                    std::vector<SubmitUnit*>* ended,
                                    std::vector<SubmitUnit*>* again) {
  const absl::Time now = seams.clock.Now();
  for (const SubmitUnit* unit : chunk) {
    request.jobs.push_back(SpecOf(*unit, now, input_.traceparent));
  }
  LIF_ASSIGN_OR_RETURN(const std::vector<SubmitOutcome> outcomes, seams.queue.Submit(request));
  if (outcomes.size() != chunk.size()) {
    return absl::InternalError(absl::StrCat("the queue answered ", outcomes.size(), " of ",
                                            chunk.size(), " jobs: tell your operator"));
  }
  for (size_t i = 0; i < chunk.size(); ++i) {
    const SubmitOutcome& outcome = outcomes[i];
    if (outcome.disposition == SubmitDisposition::kDone) {
      ended->push_back(chunk[i]);
    } else if (outcome.stopping) {
      ++chunk[i]->generation;
      chunk[i]->reason = absl::StrCat("build ", outcome.build_id, " is being stopped");
      again->push_back(chunk[i]);
    } else {
      ++queued_;
      AnswerQueued(*chunk[i], outcome);
    }
  }
  return absl::OkStatus();
}

void SubmitRun::AnswerQueued(const SubmitUnit& unit, const SubmitOutcome& outcome) {
  const bool joined = outcome.disposition == SubmitDisposition::kJoined;
  const int64_t generation = GenerationOf(outcome.job_id).value_or(unit.generation);
  Answer(unit, [&](SubmittedBuild* build) {
    build->answer = joined ? SubmitAnswer::kJoined : SubmitAnswer::kQueued;
    build->build_id = outcome.build_id;
    build->generation = generation;
    build->reason = joined                          ? "the same build was submitted before"
                    : generation != unit.generation ? "this request queued it before"
                                                    : unit.reason;
  });
}

// Jobs that ended between the look-up and the submit: their records answer. Where there is none (a
// database that was set back behind the queue), the next generation is to be submitted.
absl::Status SubmitRun::AnswerEnded(RecordReader& records, const std::vector<SubmitUnit*>& ended,
                                    std::vector<SubmitUnit*>* again) {
  if (ended.empty()) return absl::OkStatus();
  LIF_ASSIGN_OR_RETURN(std::vector<KeyHistory> histories, records.LookUp(KeysOf(ended)));
  const auto by_key = ByKey(std::move(histories));
  for (SubmitUnit* unit : ended) {
    const auto history = by_key.find(unit->key);
    if (history != by_key.end() && history->second.newest &&
        history->second.newest_generation >= unit->generation) {
      Answer(*unit, [&](SubmittedBuild* build) {
        AnswerFromRecord(*history->second.newest, "it ended while this request was answered",
                         build);
      });
    } else {
      ++unit->generation;
      again->push_back(unit);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SubmitBuildsOutput> SubmitBuilds::Run(const SubmitBuildsInput& input,
                                                     const std::function<bool()>& cancelled) const {
  LIF_RETURN_IF_ERROR(CheckSubmitBuilds(input, limits_));
  return SubmitRun(input, cancelled).Go(seams_);
}

}  // namespace lif
