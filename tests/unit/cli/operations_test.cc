// Cancelling, draining, dead letters, the doctor and the view of the whole factory.
#include <nlohmann/json.hpp>

#include "cli/doctor_local.h"
#include "cli/doctor_text.h"
#include "cli/fleet_watch.h"
#include "tests/support/catch.h"
#include "tests/unit/cli/fake_factory.h"

namespace lif {
namespace {

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("cancel: each answer in words") {
  FakeFactory factory;
  const std::pair<v1::CancelResult, const char*> cases[] = {
      {v1::CANCEL_RESULT_CANCELLED, "cancelled before it began"},
      {v1::CANCEL_RESULT_REQUESTED, "asked its executor to stop it, which is not confirmed yet"},
      {v1::CANCEL_RESULT_ENDED, "cancelled, and nothing of it runs any more"},
      {v1::CANCEL_RESULT_LEFT, "it goes on for others"},
      {v1::CANCEL_RESULT_ALREADY_DONE, "it was over before"}};
  for (const auto& [result, text] : cases) {
    factory.builds.cancel_reply.set_result(result);
    const CliRun run = factory.Run({"cancel", kBuildA, "--tenant", "t", "--all-waiters"});
    CHECK(run.code == (result == v1::CANCEL_RESULT_REQUESTED ? 3 : 0));
    CHECK(Has(run.out, text));
  }
  CHECK(factory.builds.cancel_request.wait().seconds() == 20);
  factory.builds.cancel_reply.set_result(v1::CANCEL_RESULT_ENDED);
  factory.builds.cancel_reply.mutable_build()->set_outcome(v1::OUTCOME_COMPATIBLE);
  const CliRun late = factory.Run({"cancel", kBuildA, "--force", "--timeout", "2m"});
  CHECK(late.code == 0);
  CHECK(Has(late.out, "it ended as compatible before it could be stopped"));
  CHECK(factory.builds.cancel_request.wait().seconds() == 60);
  CHECK(factory.builds.cancel_request.all_waiters());
  factory.Run({"cancel", kBuildA, "--tenant", "t", "--all-waiters"});
  CHECK(factory.builds.cancel_request.tenant() == "t");
  CHECK(factory.builds.cancel_request.all_waiters());
}

TEST_CASE("drain: told, waited for, and taken back") {
  FakeFactory factory;
  v1::ExecutorStatus busy;
  busy.set_id("executor-1");
  busy.set_draining(true);
  busy.add_build_ids(kBuildA);
  v1::ExecutorStatus idle = busy;
  idle.clear_build_ids();
  factory.fleet.drains = {busy, busy, idle};
  const CliRun run = factory.Run({"drain", "executor-1", "--wait"});
  CHECK(run.code == 0);
  CHECK(Has(run.err, "executor-1 is draining; it still runs 01HZX0000000000000000000AA"));
  CHECK(run.out == "executor-1 is drained: it runs nothing and claims nothing\n");
  CHECK(factory.fleet.drain_requests.size() == 3);
  CHECK(factory.fleet.drain_requests.front().drain());

  factory.fleet.drains = {idle};
  CHECK(factory.Run({"drain", "executor-1", "--undo"}).out == "executor-1 claims builds again\n");
  CHECK_FALSE(factory.fleet.drain_requests.back().drain());

  factory.fleet.drains = {busy};
  const CliRun late = factory.Run({"drain", "executor-1", "--wait", "--timeout", "1ms"});
  CHECK(late.code == 3);
  CHECK(Has(late.err, "executor-1 still runs 1 build after"));
  CHECK(factory.Run({"drain"}).code == 2);
  CHECK(factory.Run({"drain", "x", "--undo", "--wait"}).code == 2);
}

TEST_CASE("dead letters: listed with what to do, retried and dropped by either ID") {
  FakeFactory factory;
  CHECK(Has(factory.Run({"dead-letters", "list"}).err, "there is no dead letter"));
  v1::DeadLetter* letter = factory.fleet.dead_letters.add_dead_letters();
  letter->set_job_id(std::string(64, 'a') + ".1");
  letter->set_build_id(kBuildA);
  letter->set_manifest_id("web");
  letter->set_platform("linux/amd64");
  letter->set_reason("each of 3 executors that held it was lost");
  letter->set_crashes(3);
  const CliRun listed = factory.Run({"dead-letters", "list"});
  CHECK(Has(listed.out, "each of 3 executors that held it was lost"));
  CHECK(Has(listed.out, std::string("lif dead-letters retry ") + kBuildA));

  factory.fleet.retry_reply.mutable_build()->set_build_id(kBuildB);
  const CliRun retried = factory.Run({"dead-letters", "retry", kBuildA});
  CHECK(retried.code == 0);
  CHECK(Has(retried.out, kBuildB));
  CHECK(factory.fleet.acted_on == std::vector<std::string>{letter->job_id()});
  CHECK(factory.Run({"dead-letters", "drop", "--all"}).out ==
        "dropped: " + letter->job_id() + "\n");
  CHECK(factory.Run({"dead-letters", "drop"}).code == 2);
  CHECK(factory.Run({"dead-letters", "drop", "x", "--all"}).code == 2);
}

TEST_CASE("doctor: findings of the control plane, and what was not looked at here") {
  FakeFactory factory;
  factory.fleet.health.mutable_at()->set_seconds(absl::ToUnixSeconds(factory.clock.Now()));
  v1::HealthCheck* check = factory.fleet.health.add_checks();
  check->set_name("redis durability");
  check->set_state(v1::HEALTH_STATE_WARNING);
  check->set_detail("appendfsync everysec");
  check->set_remedy("set appendfsync always");
  const CliRun run = factory.Run({"doctor"});
  CHECK(run.code == 0);
  CHECK(Has(run.out, "warning  redis durability"));
  CHECK(Has(run.out, "do: set appendfsync always"));
  CHECK(Has(run.out, "set DOCKER_HOST to look at it"));
  check->set_state(v1::HEALTH_STATE_PROBLEM);
  const CliRun bad = factory.Run({"doctor", "--output", "json"});
  CHECK(bad.code == 1);
  const auto json = nlohmann::json::parse(bad.out);
  CHECK(json["checks"][0]["state"] == "problem");
  CHECK(json["checks"][0]["remedy"] == "set appendfsync always");
}

TEST_CASE("doctor queue: violations are exit code 1") {
  FakeFactory factory;
  factory.fleet.queue_check.set_jobs_checked(2);
  CHECK(factory.Run({"doctor", "queue"}).out == "2 jobs checked: every invariant holds\n");
  factory.fleet.queue_check.set_violation_count(1);
  v1::QueueViolation* violation = factory.fleet.queue_check.add_violations();
  violation->set_invariant("ready-set");
  violation->set_detail("gone");
  const CliRun run = factory.Run({"doctor", "queue"});
  CHECK(run.code == 1);
  CHECK(Has(run.out, "ready-set"));
  CHECK(Has(run.out, "2 jobs checked, 1 violation"));
}

TEST_CASE("doctor: what an engine says of itself") {
  const std::string version = R"({"Client":{"Version":"26.1.5"},"Server":{"Version":"26.1.5"}})";
  const std::string containerd =
      R"({"DriverStatus":[["driver-type","io.containerd.snapshotter.v1"]]})";
  auto findings = JudgeEngine(version, containerd);
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].state == FindingState::kOk);
  CHECK(findings[1].state == FindingState::kOk);
  CHECK(JudgeEngine(version, "{}")[1].state == FindingState::kProblem);
  CHECK(JudgeEngine(R"({"Server":{"Version":"20.10.24"}})", containerd)[0].state ==
        FindingState::kProblem);
  CHECK(JudgeEngine("podman", "")[0].state == FindingState::kProblem);
  CHECK(JudgeBuildx("github.com/docker/buildx v0.13.1 7884339").state == FindingState::kOk);
  CHECK(JudgeBuildx("github.com/docker/buildx 0.9.0 7884339").state == FindingState::kProblem);
  CHECK(JudgeBuildx("what").state == FindingState::kWarning);
}

TEST_CASE("watch: the factory's changes are lines, each once") {
  FleetChanges changes;
  v1::Summary summary;
  summary.mutable_at()->set_seconds(1700000000);
  summary.mutable_queue()->set_ready(1);
  v1::Build* build = summary.add_recent();
  build->set_build_id(kBuildA);
  build->set_manifest_id("web");
  build->set_platform("linux/amd64");
  build->set_state(v1::BUILD_STATE_RUNNING);
  build->set_stage("build");
  const std::string first = changes.Apply(summary);
  CHECK(Has(first, "2023-11-14 22:13:20Z  queue: 1 ready, 0 running"));
  CHECK(Has(first, "web linux/amd64: running, build\n"));
  CHECK(changes.Apply(summary).empty());
  build->set_outcome(v1::OUTCOME_COMPATIBLE);
  CHECK(changes.Apply(summary) ==
        "2023-11-14 22:13:20Z  build 01HZX0000000000000000000AA web linux/amd64: compatible\n");
}

TEST_CASE("watch: builds that are over are told, with the worst outcome's exit code") {
  FakeFactory factory;
  for (const char* id : {kBuildA, kBuildB}) {
    v1::Build build;
    build.set_build_id(id);
    build.set_manifest_id("web");
    build.set_platform("linux/amd64");
    build.set_state(v1::BUILD_STATE_DONE);
    build.set_outcome(id == kBuildA ? v1::OUTCOME_COMPATIBLE : v1::OUTCOME_FAILED);
    factory.builds.builds[id] = build;
  }
  const CliRun run = factory.Run({"watch", kBuildA, kBuildB});
  CHECK(run.code == 1);
  CHECK(Has(run.out, "compatible"));
  CHECK(Has(run.out, "failed"));
  CHECK(factory.Run({"watch", "--period", "1ms"}).code == 2);
}

}  // namespace
}  // namespace lif
