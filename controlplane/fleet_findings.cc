#include "controlplane/fleet_findings.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace lif {
namespace {

constexpr absl::Duration kRollbackTold = absl::Hours(24);

// "executor-1, executor-2 and 3 more"
std::string Names(const std::vector<std::string>& names) {
  constexpr size_t kNamed = 3;
  const size_t shown = std::min(names.size(), kNamed);
  std::string text =
      absl::StrJoin(names.begin(), names.begin() + static_cast<ptrdiff_t>(shown), ", ");
  if (names.size() > kNamed) absl::StrAppend(&text, " and ", names.size() - kNamed, " more");
  return text;
}

template <typename Predicate>
std::vector<std::string> AliveThat(const FleetFacts& facts, const Predicate& predicate) {
  std::vector<std::string> names;
  for (const ExecutorInfo& executor : facts.executors) {
    if (executor.alive && predicate(executor)) names.push_back(executor.id);
  }
  return names;
}

Finding JudgeExecutors(const FleetFacts& facts) {
  const auto alive = AliveThat(facts, [](const ExecutorInfo&) { return true; });
  const auto draining = AliveThat(facts, [](const ExecutorInfo& e) { return e.draining; });
  if (alive.empty()) {
    return {"executors", FindingState::kProblem, "none is registered: nothing is built",
            "start one: lif-executor --config FILE"};
  }
  std::string detail = absl::StrCat(alive.size(), alive.size() == 1 ? " executor" : " executors");
  if (draining.empty()) return {"executors", FindingState::kOk, detail, ""};
  absl::StrAppend(&detail, ", draining: ", Names(draining));
  if (draining.size() < alive.size()) return {"executors", FindingState::kOk, detail, ""};
  return {"executors", FindingState::kWarning, detail + ": nothing is begun",
          "lif drain EXECUTOR --undo"};
}

void JudgeLost(const FleetFacts& facts, std::vector<Finding>* findings) {
  std::vector<std::string> lost;
  for (const ExecutorInfo& executor : facts.executors) {
    if (!executor.alive) lost.push_back(executor.id);
  }
  if (lost.empty()) return;
  findings->push_back({"lost executors", FindingState::kWarning,
                       Names(lost) + (lost.size() == 1 ? " is" : " are") +
                           " silent for three leases; others have taken their builds",
                       "start them again, or forget them: they leave this list after a day"});
}

void JudgeVersions(const FleetFacts& facts, std::vector<Finding>* findings) {
  const auto other = AliveThat(
      facts, [&](const ExecutorInfo& executor) { return executor.version != facts.version; });
  if (!other.empty()) {
    findings->push_back(
        {"versions", FindingState::kWarning,
         absl::StrCat("not at ", facts.version, ", as this control plane is: ", Names(other)),
         "finish the upgrade: drain them, replace the program, start them"});
  } else {
    findings->push_back({"versions", FindingState::kOk,
                         absl::StrCat("control plane and executors are at ", facts.version), ""});
  }
  const auto unlike = AliveThat(
      facts, [&](const ExecutorInfo& executor) { return executor.recipe != facts.recipe; });
  if (unlike.empty()) return;
  findings->push_back({"recipe", FindingState::kProblem,
                       absl::StrCat("other build settings than this control plane's: ",
                                    Names(unlike), "; they refuse its builds"),
                       "set --network, --engine-id and --trust-domain alike"});
}

void JudgeQueue(const FleetFacts& facts, std::vector<Finding>* findings) {
  for (const PoolStats& pool : facts.pools) {
    if (pool.ready == 0 || pool.executors > 0) continue;
    findings->push_back({"pool " + pool.pool, FindingState::kProblem,
                         absl::StrCat(pool.ready, pool.ready == 1 ? " build waits" : " builds wait",
                                      ", and no registered executor serves it"),
                         "start one with --pool " + pool.pool});
  }
  if (facts.now - facts.totals.rolled_back < kRollbackTold) {
    findings->push_back(
        {"queue rollback", FindingState::kWarning,
         absl::StrCat(
             "at ",
             absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", facts.totals.rolled_back, absl::UTCTimeZone()),
             " Redis came back without the last ", facts.totals.writes_lost,
             facts.totals.writes_lost == 1 ? " call" : " calls", " that it had answered"),
         "submit builds of that time again that lif status does not know; so that it does not "
         "happen "
         "again, set appendfsync always, and --redis-wait-replicas where there are replicas"});
  }
  if (facts.totals.dead_letters > 0) {
    findings->push_back({"dead letters", FindingState::kWarning,
                         absl::StrCat(facts.totals.dead_letters, " to be looked at"),
                         "lif dead-letters list, then retry or drop each"});
  } else {
    findings->push_back({"dead letters", FindingState::kOk, "none", ""});
  }
}

}  // namespace

std::vector<Finding> JudgeFleet(const FleetFacts& facts) {
  std::vector<Finding> findings = {JudgeExecutors(facts)};
  JudgeLost(facts, &findings);
  JudgeVersions(facts, &findings);
  JudgeQueue(facts, &findings);
  return findings;
}

}  // namespace lif
