#include "controlplane/submit_queueing.h"

#include <algorithm>
#include <deque>
#include <future>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

// Jobs in one call of the queue, which takes 64: that many block Redis for over 10 ms now and then,
// and two calls under way hide what more of them cost.
constexpr size_t kChunk = 32;
constexpr size_t kUnderWay = 2;  // calls at a time
constexpr int kRounds = 4;
constexpr int kMaxAttempts = 3;

int ChunksOf(size_t jobs) {
  return static_cast<int>((jobs + kChunk - 1) / kChunk);
}

}  // namespace

absl::Status SubmitQueueing::Go(std::vector<SubmitUnit*> units, SubmitJobs jobs) {
  const size_t wanted = units.size();
  for (int round = 0; round < kRounds && !units.empty(); ++round) {
    if (round > 0) {
      LIF_ASSIGN_OR_RETURN(jobs, parts_.graph.Plan(units));
    }
    Progress progress{0, ChunksOf(jobs.layers.size()) + ChunksOf(jobs.images.size())};
    const absl::StatusOr<bool> stands = QueueLayers(jobs.layers, &progress);
    if (!stands.ok()) return AfterPart(stands.status(), wanted);
    if (!*stands) continue;
    absl::StatusOr<std::vector<SubmitUnit*>> again = QueueImages(units, jobs.images, &progress);
    if (!again.ok()) return AfterPart(again.status(), wanted);
    units = *std::move(again);
  }
  for (const SubmitUnit* unit : units) {
    parts_.answers.Invalid(*unit, "QUEUE_CONTRADICTS_RECORDS",
                           "the queue holds the last generations of it or of its layers as ended "
                           "or stopping, and no record says how: tell your operator");
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> SubmitQueueing::QueueLayers(const std::vector<JobSpec>& jobs,
                                                 Progress* progress) {
  std::vector<JobSpec> ended;
  bool stands = true;
  for (size_t begin = 0; begin < jobs.size(); begin += kChunk) {
    LIF_RETURN_IF_ERROR(CheckCancelled(parts_.cancelled));
    LIF_ASSIGN_OR_RETURN(const Outcomes outcomes, Submit(NextChunk(jobs, begin, progress)));
    for (size_t i = 0; i < outcomes.size(); ++i) {
      const JobSpec& job = jobs[begin + i];
      if (outcomes[i].disposition == SubmitDisposition::kDone) {
        ended.push_back(job);
      } else if (outcomes[i].stopping) {
        parts_.graph.LearnStopping(job, outcomes[i].build_id);
        stands = false;
      } else {
        ++layers_;
      }
    }
  }
  if (ended.empty()) return stands;
  LIF_ASSIGN_OR_RETURN(const bool made, parts_.graph.LearnEnded(ended));
  return stands && made;
}

absl::StatusOr<std::vector<SubmitUnit*>> SubmitQueueing::QueueImages(
    const std::vector<SubmitUnit*>& units, const std::vector<JobSpec>& jobs, Progress* progress) {
  std::vector<SubmitUnit*> ended;
  std::vector<SubmitUnit*> again;
  std::deque<std::future<absl::StatusOr<Outcomes>>> under_way;
  absl::Status status;
  size_t sent = 0;
  size_t answered = 0;
  // After an error, what is under way still counts as queued.
  while (!under_way.empty() || (status.ok() && sent < jobs.size())) {
    if (status.ok()) status = CheckCancelled(parts_.cancelled);
    for (; status.ok() && sent < jobs.size() && under_way.size() < kUnderWay; sent += kChunk) {
      under_way.push_back(
          std::async(jobs.size() > kChunk ? std::launch::async : std::launch::deferred,
                     [this, chunk = NextChunk(jobs, sent, progress)] { return Submit(chunk); }));
    }
    if (under_way.empty()) break;
    const absl::StatusOr<Outcomes> outcomes = under_way.front().get();
    under_way.pop_front();
    status.Update(outcomes.status());
    if (outcomes.ok()) {
      for (size_t i = 0; i < outcomes->size(); ++i) {
        TakeImage((*outcomes)[i], units[answered + i], &ended, &again);
      }
    }
    answered += kChunk;
  }
  LIF_RETURN_IF_ERROR(status);
  LIF_ASSIGN_OR_RETURN(const std::vector<SubmitUnit*> unrecorded, AnswerEnded(ended));
  again.insert(again.end(), unrecorded.begin(), unrecorded.end());
  return again;
}

void SubmitQueueing::TakeImage(const SubmitOutcome& outcome, SubmitUnit* unit,
                               std::vector<SubmitUnit*>* ended, std::vector<SubmitUnit*>* again) {
  if (outcome.disposition == SubmitDisposition::kDone) {
    ended->push_back(unit);
  } else if (outcome.stopping) {
    ++unit->generation;
    unit->reason = absl::StrCat("build ", outcome.build_id, " is being stopped");
    again->push_back(unit);
  } else {
    ++images_;
    parts_.answers.Queued(*unit, outcome);
  }
}

// Jobs that ended between the look-up and the submit: their records answer. Where there is none (a
// database that was set back behind the queue), the next generation is to be submitted.
absl::StatusOr<std::vector<SubmitUnit*>> SubmitQueueing::AnswerEnded(
    const std::vector<SubmitUnit*>& ended) {
  std::vector<SubmitUnit*> again;
  if (ended.empty()) return again;
  std::vector<std::string> keys;
  for (const SubmitUnit* unit : ended) keys.push_back(unit->key);
  LIF_ASSIGN_OR_RETURN(const std::vector<KeyHistory> histories, parts_.seams.records.LookUp(keys));
  std::unordered_map<std::string, const KeyHistory*> by_key;
  for (const KeyHistory& history : histories) by_key.emplace(history.build_key, &history);
  for (SubmitUnit* unit : ended) {
    const auto history = by_key.find(unit->key);
    if (history != by_key.end() && history->second->newest &&
        history->second->newest_generation >= unit->generation) {
      parts_.answers.Reused(*unit, *history->second->newest,
                            "it ended while this request was answered");
    } else {
      ++unit->generation;
      again.push_back(unit);
    }
  }
  return again;
}

SubmitRequest SubmitQueueing::NextChunk(const std::vector<JobSpec>& jobs, size_t begin,
                                        Progress* progress) const {
  SubmitRequest request;
  request.request_id = request_id_;
  request.tenant = parts_.input.tenant.empty() ? "default" : parts_.input.tenant;
  request.priority = parts_.input.priority;
  request.queue_ttl = parts_.input.queue_ttl;
  request.chunk = progress->chunk++;
  request.chunks = progress->chunks;
  const absl::Time now = parts_.seams.clock.Now();
  for (size_t i = begin; i < std::min(begin + kChunk, jobs.size()); ++i) {
    JobSpec spec = jobs[i];
    spec.build_id = NewUlid(now);
    spec.max_attempts = kMaxAttempts;
    spec.traceparent = parts_.input.traceparent;
    request.jobs.push_back(std::move(spec));
  }
  return request;
}

absl::StatusOr<SubmitQueueing::Outcomes> SubmitQueueing::Submit(const SubmitRequest& chunk) const {
  LIF_ASSIGN_OR_RETURN(Outcomes outcomes, parts_.seams.queue.Submit(chunk));
  if (outcomes.size() != chunk.jobs.size()) {
    return absl::InternalError(absl::StrCat("the queue answered ", outcomes.size(), " of ",
                                            chunk.jobs.size(), " jobs: tell your operator"));
  }
  return outcomes;
}

absl::Status SubmitQueueing::AfterPart(const absl::Status& status, size_t wanted) const {
  if (images_ == 0 && layers_ == 0) return status;
  const std::string what =
      images_ > 0 ? absl::StrCat(images_, " of ", wanted, " builds are queued")
                  : absl::StrCat(layers_, layers_ == 1 ? " layer is" : " layers are", " queued");
  absl::Status told(status.code(), absl::StrCat(std::string(status.message()), "; ", what,
                                                ": submit again, they are joined"));
  status.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    told.SetPayload(type_url, payload);
  });
  return told;
}

}  // namespace lif
