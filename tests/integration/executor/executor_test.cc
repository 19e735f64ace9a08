#include <set>

#include "tests/integration/executor/executor_harness.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

std::string TextOf(Fleet& fleet, const Record& record, const std::string& name) {
  for (const Artifact& artifact : record.artifacts) {
    if (artifact.name == name) return *fleet.blobs.Get(artifact.sha256, 64 << 20);
  }
  FAIL("no artifact " << name);
  return "";
}

TEST_CASE("Builds go from the queue to records, images and tags") {
  Fleet fleet;
  RunningExecutor first(fleet, "executor-1");
  RunningExecutor second(fleet, "executor-2");
  std::set<std::string> good;
  for (int generation = 1; generation <= 8; ++generation) {
    good.insert(fleet.Submit("good", generation));
  }
  const std::string failed = fleet.Submit("run-fails");
  const std::string incompatible = fleet.Submit("test-fails");
  for (const std::string& build : good) fleet.AwaitDone(build);
  fleet.AwaitDone(failed);
  fleet.AwaitDone(incompatible);

  CHECK(fleet.CountRecords() == 10);
  for (const std::string& build : good) {
    const Record record = fleet.GetRecord(build);
    CHECK(record.outcome == Outcome::kCompatible);
    CHECK(record.attempt == 1);
    CHECK(record.layers.size() == 3);
    CHECK(record.tests.size() == 3);
    CHECK(record.artifacts.size() == 4);  // evidence, log, Dockerfile, SBOM
    CHECK(fleet.GetJob(build).outcome == "compatible");
  }
  const auto tags = fleet.registry.tags();
  CHECK(tags.count("registry.example/lif/images:good-linux-amd64") == 1);
  CHECK(tags.count("registry.example/lif/images:test-fails-linux-amd64") == 0);
  CHECK(first.builder.builds() + second.builder.builds() == 10);

  const Record record = fleet.GetRecord(failed);
  CHECK(record.outcome == Outcome::kFailed);
  CHECK(record.failure.fragment_line == 2);
  CHECK(TextOf(fleet, record, "error-" + failed + ".json").find("\"exit_code\": 42") !=
        std::string::npos);
  CHECK(TextOf(fleet, record, "build.log").find("it broke") != std::string::npos);
  CHECK(fleet.GetRecord(incompatible).outcome == Outcome::kIncompatible);
}

TEST_CASE("The log can be read while a build runs, and its progress seen") {
  Fleet fleet;
  RunningExecutor executor(fleet, "executor-1");
  const std::string build = fleet.Submit("brief");
  fleet.AwaitState(build, JobState::kActive);
  RedisBuildLog log({fleet.redis->options()}, &fleet.clock);
  std::string seen;
  JobProgress progress;
  while (fleet.GetJob(build).state == JobState::kActive) {
    const auto view = log.Read(build, 0, 1 << 20);
    if (view.ok() && view->tail.find("begins") != std::string::npos) seen = view->tail;
    const JobProgress now = fleet.GetJob(build).progress;
    if (now.stage == "build") progress = now;
    fleet.clock.Sleep(absl::Milliseconds(20), {});
  }
  CHECK_FALSE(seen.empty());
  CHECK(progress.steps > 0);
  CHECK(progress.step_name.find("RUN echo begins") != std::string::npos);
}

TEST_CASE("Redis may die and come back under a running build") {
  Fleet fleet;
  RunningExecutor executor(fleet, "executor-1");
  const std::string build = fleet.Submit("brief");
  while (executor.builder.builds() == 0) fleet.clock.Sleep(absl::Milliseconds(10), {});
  fleet.redis->Kill();
  fleet.clock.Sleep(absl::Seconds(3), {});
  REQUIRE(fleet.redis->Restart().ok());
  fleet.AwaitDone(build);
  CHECK(fleet.GetRecord(build).outcome == Outcome::kCompatible);
  CHECK(executor.builder.builds() == 1);
  CHECK(fleet.CountRecords() == 1);
}

TEST_CASE("PostgreSQL may be away when a result is ready") {
  Fleet fleet;
  RunningExecutor executor(fleet, "executor-1");
  const std::string build = fleet.Submit("brief");
  while (executor.builder.builds() == 0) fleet.clock.Sleep(absl::Milliseconds(10), {});
  PostgresServer::Instance().Stop();
  fleet.clock.Sleep(absl::Seconds(4), {});
  CHECK(fleet.GetJob(build).state == JobState::kActive);
  PostgresServer::Instance().Start();
  fleet.AwaitDone(build);
  CHECK(fleet.GetRecord(build).outcome == Outcome::kCompatible);
  CHECK(executor.builder.builds() == 1);
}

TEST_CASE("An executor that stops beating loses its job to another, and one record is written") {
  Fleet fleet;
  auto first = std::make_unique<RunningExecutor>(fleet, "executor-1");
  const std::string build = fleet.Submit("slow");
  while (first->builder.builds() == 0) fleet.clock.Sleep(absl::Milliseconds(10), {});
  first->Hang();
  RunningExecutor second(fleet, "executor-2");
  while (second.builder.builds() == 0) fleet.clock.Sleep(absl::Milliseconds(10), {});
  const JobView job = fleet.GetJob(build);
  CHECK(job.executor == "executor-2");
  CHECK(job.crash_count == 1);
  CHECK(job.attempt == 1);
  // The first one, back from its sleep, is told by the queue and ends without a record.
  first->HandBack();
  CHECK(fleet.GetJob(build).executor == "executor-2");
  CHECK(fleet.CountRecords() == 0);
}

TEST_CASE("A drained executor hands its build to another one unharmed") {
  Fleet fleet;
  auto first = std::make_unique<RunningExecutor>(fleet, "executor-1");
  const std::string build = fleet.Submit("slow");
  while (first->builder.builds() == 0) fleet.clock.Sleep(absl::Milliseconds(10), {});
  first->HandBack();
  CHECK(fleet.GetJob(build).state == JobState::kReady);
  RunningExecutor second(fleet, "executor-2");
  while (second.builder.builds() == 0) fleet.clock.Sleep(absl::Milliseconds(10), {});
  const JobView job = fleet.GetJob(build);
  CHECK(job.attempt == 1);
  CHECK(job.crash_count == 0);
  REQUIRE(*fleet.queue.Cancel(build, "default") == CancelResult::kRequested);
  fleet.AwaitDone(build);
  CHECK(fleet.GetRecord(build).outcome == Outcome::kCancelled);
}

}  // namespace
}  // namespace lif
