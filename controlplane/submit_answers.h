// The answers of a submit while they take shape.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "common/queue/job_queue.h"
#include "common/records/record_store.h"
#include "controlplane/submit_builds.h"
#include "controlplane/submit_expansion.h"

namespace lif {

// Not thread-safe. A unit's answer stands for each time that it was asked for.
class SubmitAnswers {
 public:
  explicit SubmitAnswers(std::vector<SubmittedBuild> builds) : builds_(std::move(builds)) {}

  void Reused(const SubmitUnit& unit, const RecordHead& head, const std::string& reason);
  // It is to be queued, with the unit's generation and reason.
  void ToQueue(const SubmitUnit& unit);
  // By another request, or by this one.
  void Queued(const SubmitUnit& unit, const SubmitOutcome& outcome);
  // By this request, when it was asked before.
  void QueuedBefore(const SubmitUnit& unit, const JobSpec& job);
  void Invalid(const SubmitUnit& unit, const std::string& code, const std::string& reason);

  std::vector<SubmittedBuild> Take() { return std::move(builds_); }

 private:
  std::vector<SubmittedBuild> builds_;
};

}  // namespace lif
