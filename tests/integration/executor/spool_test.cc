// An executor that dies while its stores are away, on real ones.
#include "executor/spool.h"

#include "tests/integration/executor/executor_harness.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("A result survives the crash of its executor while PostgreSQL is away") {
  Fleet fleet;
  auto executor = std::make_unique<RunningExecutor>(fleet, "executor-1");
  const std::string build = fleet.Submit("brief");
  while (executor->builder.builds() == 0) fleet.clock.Sleep(absl::Milliseconds(10), {});
  PostgresServer::Instance().Stop();
  while (executor->spool().depth().entries == 0) fleet.clock.Sleep(absl::Milliseconds(10), {});
  CHECK(fleet.GetJob(build).state == JobState::kActive);
  executor->Crash();
  executor.reset();
  SECTION("back before its lease runs out") {}
  SECTION("back after it") {
    // Nobody reaps while no executor lives: the queue is asked to, as a control plane would.
    while (fleet.GetJob(build).state == JobState::kActive) {
      REQUIRE(fleet.queue.Tick().ok());
      fleet.clock.Sleep(absl::Milliseconds(100), {});
    }
    CHECK(fleet.GetJob(build).state == JobState::kReady);
  }
  PostgresServer::Instance().Start();
  RunningExecutor again(fleet, "executor-1");
  fleet.AwaitDone(build);
  CHECK(again.builder.builds() == 0);
  const Record record = fleet.GetRecord(build);
  CHECK(record.outcome == Outcome::kCompatible);
  CHECK(record.attempt == 1);
  CHECK(record.artifacts.size() == 4);
  CHECK(fleet.CountRecords() == 1);
  CHECK(fleet.registry.tags().count("registry.example/lif/images:brief-linux-amd64") == 1);
  const JobView job = fleet.GetJob(build);
  CHECK(job.outcome == "compatible");
  CHECK(job.crash_count == 0);
  while (again.spool().depth().entries > 0) fleet.clock.Sleep(absl::Milliseconds(10), {});
}

}  // namespace
}  // namespace lif
