#include "controlplane/rerun_policy.h"

#include "absl/strings/str_cat.h"

namespace lif {
namespace {

// The record that stands for the key: the effective one, or else the newest.
const RecordHead* Standing(const KeyHistory& history) {
  if (history.effective) return &*history.effective;
  return history.newest ? &*history.newest : nullptr;
}

bool Reuses(RerunPolicy policy, Outcome outcome) {
  switch (policy) {
    case RerunPolicy::kDefault:
      return outcome == Outcome::kCompatible || outcome == Outcome::kIncompatible;
    case RerunPolicy::kNever:
      return true;
    case RerunPolicy::kIfFailed:
      return outcome == Outcome::kCompatible;
    case RerunPolicy::kAlways:
      return false;
  }
  return false;
}

// What of the command line makes such a record run again.
std::string HowToRerun(Outcome outcome) {
  return outcome == Outcome::kCompatible ? "--rerun always builds it again"
                                         : "--rerun if-failed or always builds it again";
}

}  // namespace

RerunDecision DecideRerun(RerunPolicy policy, const KeyHistory* history) {
  RerunDecision decision;
  const RecordHead* standing = history == nullptr ? nullptr : Standing(*history);
  if (standing == nullptr) {
    decision.generation = history == nullptr ? 1 : history->newest_generation + 1;
    decision.reason = "nothing is recorded for its build key";
    return decision;
  }
  const std::string was = absl::StrCat("build ", standing->build_id, " was ",
                                       std::string(OutcomeName(standing->outcome)));
  if (Reuses(policy, standing->outcome)) {
    decision.reuse = *standing;
    decision.generation = standing->generation;
    decision.reason = absl::StrCat(was, "; ", HowToRerun(standing->outcome));
    return decision;
  }
  decision.generation = history->newest_generation + 1;
  decision.reason =
      absl::StrCat(was, " and runs again", policy == RerunPolicy::kAlways ? " as asked" : "");
  return decision;
}

}  // namespace lif
