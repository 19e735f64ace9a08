#include "executor/start_prewarm.h"

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/memory_catalog_reader.h"
#include "tests/fakes/memory_layer_ledger.h"
#include "tests/support/catch.h"
#include "tests/support/test_catalog.h"
#include "tests/unit/executor/scripted_runner.h"

namespace lif {
namespace {

// The stacks of the test catalog, which stand on one module on each platform.
struct Rig {
  MemoryCatalogReader catalog{TestCatalog()};
  MemoryLayerLedger ledger;
  ScriptedRunner runner;
  FakeClock clock;
  StartPrewarmOptions options;

  Rig() {
    options.platform = {"linux", "amd64"};
    options.docker_host = "unix:///engine.sock";
    options.images = 5;
  }

  int Run(std::stop_token stop = {}) {
    return StartPrewarm({catalog, ledger, runner, clock, NullLogger()}, options).Run(stop);
  }

  // The ledger has a manifest's stable layer on linux/amd64.
  void Commit(const std::string& manifest_id, absl::Duration took, int64_t size,
              char digest = 'd') {
    const auto manifest = catalog.GetManifest(manifest_id);
    REQUIRE(manifest.ok());
    const auto identity = ComputeIdentity(*manifest, {"linux", "amd64"}, Recipe());
    REQUIRE(identity.ok());
    LedgerLayer row;
    row.layer_key = identity->chain[1].key;
    row.token = 1;
    row.build_id = "01HZX0000000000000000000AA";
    row.platform = "linux/amd64";
    row.module_ref = identity->chain[1].module_ref;
    row.repository = "127.0.0.1:5000/lif/layers";
    row.digest = "sha256:" + std::string(64, digest);
    row.diff_ids = {"sha256:" + std::string(64, 'e')};
    row.size = size;
    row.duration = took;
    REQUIRE(ledger.Commit(row).ok());
  }

  // A manifest of its own stack, on a base of its own.
  void AddLoneManifest() {
    Manifest manifest;
    manifest.id = "lone";
    manifest.template_name = "service";
    manifest.template_version = "1.0.0";
    manifest.base = "debian-12";
    manifest.modules[Slot::kSecurity] = {{"other-roots", "1.0.0", {}}};
    manifest.modules[Slot::kApp] = {{"nginx", "1.0.0", {}}};
    catalog.AddModule("other-roots", Slot::kSecurity);
    catalog.AddManifest(manifest);
  }
};

TEST_CASE("prewarm on start: stacks that the ledger has are pulled, best ranked first") {
  Rig rig;
  rig.AddLoneManifest();
  rig.Commit("lone", absl::Seconds(30), 10, 'b');
  rig.Commit("py-api", absl::Seconds(20), 10, 'd');  // four manifests stand on it
  CHECK(rig.Run() == 2);
  REQUIRE(rig.runner.specs.size() == 2);
  CHECK(rig.runner.specs[0].argv ==
        std::vector<std::string>{"docker", "--host", "unix:///engine.sock", "pull", "--quiet",
                                 "--platform", "linux/amd64",
                                 "127.0.0.1:5000/lif/layers@sha256:" + std::string(64, 'd')});
  CHECK(rig.runner.specs[0].deadline == absl::Minutes(10));
  CHECK(rig.runner.specs[1].argv.back().back() == 'b');
}

TEST_CASE("prewarm on start: bounds of count, bytes and time hold") {
  Rig rig;
  rig.AddLoneManifest();
  rig.Commit("lone", absl::Seconds(30), 10, 'b');
  rig.Commit("py-api", absl::Seconds(20), 1000, 'd');
  SECTION("count") {
    rig.options.images = 1;
    CHECK(rig.Run() == 1);
  }
  SECTION("nothing is asked when none is wanted") {
    rig.options.images = 0;
    const int before = rig.catalog.calls();
    CHECK(rig.Run() == 0);
    CHECK(rig.catalog.calls() == before);
    CHECK(rig.runner.specs.empty());
  }
  SECTION("bytes: what is too large is passed over") {
    rig.options.max_bytes = 999;
    CHECK(rig.Run() == 1);
    CHECK(rig.runner.specs[0].argv.back().back() == 'b');
  }
  SECTION("time") {
    rig.runner.scripts.push_back({"", "", Exit(0), [&rig] { rig.clock.Advance(absl::Hours(1)); }});
    CHECK(rig.Run() == 1);
  }
  SECTION("an executor that ends") {
    std::stop_source stop;
    rig.runner.scripts.push_back({"", "", Exit(0), [&stop] { stop.request_stop(); }});
    CHECK(rig.Run(stop.get_token()) == 1);
  }
}

TEST_CASE("prewarm on start: what fails is left, and the next is tried") {
  Rig rig;
  rig.AddLoneManifest();
  rig.Commit("lone", absl::Seconds(30), 10, 'b');
  rig.Commit("py-api", absl::Seconds(20), 10, 'd');
  SECTION("a pull") {
    rig.runner.scripts.push_back({"", "manifest unknown", Exit(1), {}});
    CHECK(rig.Run() == 1);
    CHECK(rig.runner.specs.size() == 2);
  }
  SECTION("the ledger") {
    rig.ledger.SetAway(absl::UnavailableError("PostgreSQL is away"));
    CHECK(rig.Run() == 0);
    CHECK(rig.runner.specs.empty());
  }
}

}  // namespace
}  // namespace lif
