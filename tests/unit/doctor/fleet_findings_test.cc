#include "controlplane/fleet_findings.h"

#include "tests/support/catch.h"

namespace lif {
namespace {

FleetFacts Fleet() {
  FleetFacts facts;
  facts.version = "0.1.0";
  facts.recipe = "stitch=1";
  ExecutorInfo executor;
  executor.id = "executor-1";
  executor.pool = "amd64";
  executor.version = "0.1.0";
  executor.recipe = "stitch=1";
  executor.alive = true;
  facts.executors = {executor};
  PoolStats pool;
  pool.pool = "amd64";
  pool.executors = 1;
  facts.pools = {pool};
  return facts;
}

const Finding* Find(const std::vector<Finding>& findings, const std::string& name) {
  for (const Finding& finding : findings) {
    if (finding.name == name) return &finding;
  }
  return nullptr;
}

TEST_CASE("doctor: a sound fleet has nothing to be done") {
  for (const Finding& finding : JudgeFleet(Fleet())) CHECK(finding.state == FindingState::kOk);
}

TEST_CASE("doctor: executors that are missing, lost, drained or unlike are named") {
  FleetFacts facts = Fleet();
  facts.executors[0].alive = false;
  facts.pools[0].executors = 0;
  facts.pools[0].ready = 2;
  auto findings = JudgeFleet(facts);
  CHECK(Find(findings, "executors")->state == FindingState::kProblem);
  CHECK(Find(findings, "lost executors")->detail.find("executor-1 is silent") == 0);
  CHECK(Find(findings, "pool amd64")->detail ==
        "2 builds wait, and no registered executor serves it");

  facts = Fleet();
  facts.executors[0].draining = true;
  CHECK(Find(JudgeFleet(facts), "executors")->state == FindingState::kWarning);
  facts.executors[0].version = "0.0.9";
  CHECK(Find(JudgeFleet(facts), "versions")->state == FindingState::kWarning);
  facts.executors[0].recipe = "stitch=2";
  CHECK(Find(JudgeFleet(facts), "recipe")->state == FindingState::kProblem);
  facts.totals.dead_letters = 3;
  CHECK(Find(JudgeFleet(facts), "dead letters")->detail == "3 to be looked at");
}

TEST_CASE("doctor: a queue that came back older is told for a day") {
  FleetFacts facts = Fleet();
  facts.now = absl::FromUnixSeconds(1'800'000'000);
  facts.totals.rollbacks = 1;
  facts.totals.writes_lost = 12;
  facts.totals.rolled_back = facts.now - absl::Hours(23);
  const auto findings = JudgeFleet(facts);
  REQUIRE(Find(findings, "queue rollback") != nullptr);
  CHECK(Find(findings, "queue rollback")->state == FindingState::kWarning);
  CHECK(Find(findings, "queue rollback")->detail ==
        "at 2027-01-14T09:00:00Z Redis came back without the last 12 calls that it had answered");
  facts.totals.rolled_back = facts.now - absl::Hours(25);
  CHECK(Find(JudgeFleet(facts), "queue rollback") == nullptr);
}

}  // namespace
}  // namespace lif
