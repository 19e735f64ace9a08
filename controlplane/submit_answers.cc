#include "controlplane/submit_answers.h"

namespace lif {
namespace {

constexpr char kBefore[] = "this request queued it before";

}  // namespace

void SubmitAnswers::Reused(const SubmitUnit& unit, const RecordHead& head,
                           const std::string& reason) {
  for (const size_t index : unit.answers) {
    SubmittedBuild& build = builds_[index];
    build.answer = SubmitAnswer::kReused;
    build.build_id = head.build_id;
    build.generation = head.generation;
    build.outcome = head.outcome;
    build.saved = head.took;
    build.reason = reason;
  }
}

void SubmitAnswers::ToQueue(const SubmitUnit& unit) {
  for (const size_t index : unit.answers) {
    SubmittedBuild& build = builds_[index];
    build.answer = SubmitAnswer::kQueued;
    build.generation = unit.generation;
    build.reason = unit.reason;
  }
}

void SubmitAnswers::Queued(const SubmitUnit& unit, const SubmitOutcome& outcome) {
  const bool joined = outcome.disposition == SubmitDisposition::kJoined;
  const int64_t generation = GenerationOf(outcome.job_id).value_or(unit.generation);
  for (const size_t index : unit.answers) {
    SubmittedBuild& build = builds_[index];
    build.answer = joined ? SubmitAnswer::kJoined : SubmitAnswer::kQueued;
    build.build_id = outcome.build_id;
    build.generation = generation;
    build.reason = joined                          ? "the same build was submitted before"
                   : generation != unit.generation ? kBefore
                                                   : unit.reason;
  }
}

void SubmitAnswers::QueuedBefore(const SubmitUnit& unit, const JobSpec& job) {
  for (const size_t index : unit.answers) {
    SubmittedBuild& build = builds_[index];
    build.answer = SubmitAnswer::kQueued;
    build.build_id = job.build_id;
    build.generation = job.generation;
    build.reason = kBefore;
  }
}

void SubmitAnswers::Invalid(const SubmitUnit& unit, const std::string& code,
                            const std::string& reason) {
  for (const size_t index : unit.answers) {
    SubmittedBuild& build = builds_[index];
    build.answer = SubmitAnswer::kInvalid;
    build.generation = 0;
    build.invalid_code = code;
    build.reason = reason;
  }
}

}  // namespace lif
