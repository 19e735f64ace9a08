#include "tests/integration/executor/executor_harness.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("Images that lack a layer have it made once, and again when it is lost") {
  Fleet fleet;
  RunningExecutor executor(fleet, "executor-1", RunningExecutor::Layers::kLedger);
  const std::string good = fleet.Submit("good");
  const std::string brief = fleet.Submit("brief");
  fleet.AwaitDone(good);
  fleet.AwaitDone(brief);
  CHECK(fleet.CountLayers() == 1);
  CHECK(executor.builder.builds() == 3);
  const Record record = fleet.GetRecord(good);
  CHECK(record.outcome == Outcome::kCompatible);
  CHECK(record.attempt == 1);
  REQUIRE(record.layers.size() == 3);
  const RecordLayer motd = record.layers[1];
  CHECK(motd.module_ref == "motd@1.0.0");
  CHECK(motd.generation == 1);
  CHECK(motd.size > 0);
  CHECK(motd.duration > absl::ZeroDuration());
  CHECK(fleet.GetRecord(brief).layers.at(1).built_by == motd.built_by);
  const Record layer = fleet.GetRecord(motd.built_by);
  CHECK(layer.kind == JobKind::kLayer);
  CHECK(layer.outcome == Outcome::kCompatible);
  CHECK(layer.image == "registry.example/lif/layers@" + motd.digest);
  CHECK(fleet.CountRecords() == 3);

  fleet.registry.Lose(motd.digest);
  const std::string again = fleet.Submit("good", 2);
  fleet.AwaitDone(again);
  CHECK(fleet.CountLayers() == 2);
  CHECK(executor.builder.builds() == 5);
  CHECK(fleet.GetRecord(again).layers.at(1).generation == 2);
  // Reused by the next.
  const std::string third = fleet.Submit("good", 3);
  fleet.AwaitDone(third);
  CHECK(fleet.CountLayers() == 2);
  const Record reused = fleet.GetRecord(third);
  CHECK(reused.layers.at(1).use == LayerUse::kReused);
  CHECK(reused.saved_layers == 1);
  CHECK(reused.saved == reused.layers.at(1).duration);
}

}  // namespace
}  // namespace lif
