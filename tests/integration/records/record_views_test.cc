// What plans, diffs and summaries read beside records themselves.
#include "common/records/postgres_layer_ledger.h"
#include "common/records/postgres_package_reader.h"
#include "common/records/postgres_past_builds.h"
#include "common/records/postgres_record_writer.h"
#include "tests/contracts/layer_ledger_contract.h"
#include "tests/contracts/record_store_contract.h"
#include "tests/contracts/test_record.h"
#include "tests/support/catch.h"
#include "tests/support/postgres_server.h"

namespace lif {
namespace {

// Reads as the control plane and writes as an executor, as in a factory.
struct Views {
  TestDatabase database;
  std::unique_ptr<PostgresPool> reading = database.Pool("lif_controlplane");
  std::unique_ptr<PostgresPool> writing = database.Pool("lif_executor");
  PostgresRecordWriter records{*writing};
  PostgresLayerLedgerWriter ledger{*writing};
  PostgresPastBuilds past{*reading};
  PostgresPackageReader packages{*reading};

  void Commit(const Record& record) {
    const auto committed = records.Commit(record);
    INFO(committed.status().message());
    REQUIRE(committed.ok());
  }
  void CommitLayer(int number, const std::string& word, const std::string& module,
                   absl::Duration took) {
    LedgerLayer layer = TestLayer(number, word);
    layer.module_ref = module;
    layer.duration = took;
    const auto committed = ledger.Commit(layer);
    INFO(committed.status().message());
    REQUIRE(committed.ok());
  }
};

TEST_CASE("the newest generation that was tested tells how long a build takes") {
  Views views;
  views.Commit(TestRecord(1, "a", 1, Outcome::kCompatible));
  views.Commit(TestRecord(2, "a", 2, Outcome::kIncompatible));
  views.Commit(TestRecord(3, "a", 3, Outcome::kFailed));
  views.Commit(TestRecord(4, "b", 1, Outcome::kError));
  Record never_began = TestRecord(5, "c", 1);
  never_began.started = absl::InfinitePast();
  views.Commit(never_began);
  const auto past = views.past.LastBuilt({TestKey("a"), TestKey("b"), TestKey("c")});
  REQUIRE(past.ok());
  REQUIRE(past->size() == 1);
  CHECK(past->at(0).build_key == TestKey("a"));
  CHECK(past->at(0).build_id == TestBuildId(2));
  CHECK(past->at(0).duration == absl::Seconds(2));
  CHECK(views.past.LastBuilt({})->empty());
  CHECK(views.past.LastBuilt(std::vector<std::string>(kMaxPastBuilds + 1)).status().code() ==
        absl::StatusCode::kInvalidArgument);
}

TEST_CASE("the newest layer of a module on a platform tells how long such a one takes") {
  Views views;
  views.CommitLayer(1, "x", "python3@1.0.0", absl::Seconds(40));
  views.CommitLayer(2, "y", "python3@1.1.0", absl::Seconds(30));
  views.CommitLayer(3, "z", "node@1.0.0", absl::ZeroDuration());
  const auto layers = views.past.LastLayers();
  REQUIRE(layers.ok());
  REQUIRE(layers->size() == 1);
  CHECK(layers->at(0).module == "python3");
  CHECK(layers->at(0).platform == "linux/amd64");
  CHECK(layers->at(0).duration == absl::Seconds(30));
}

TEST_CASE("what reuse saved is summed over images") {
  Views views;
  const auto none = views.past.SumReuse();
  REQUIRE(none.ok());
  CHECK(none->layers_saved == 0);
  Record record = TestRecord(1, "a");
  views.Commit(record);
  Record layer = TestRecord(2, "b");
  layer.kind = JobKind::kLayer;
  views.Commit(layer);
  views.CommitLayer(3, "x", "python3@1.0.0", absl::Seconds(40));
  const auto totals = views.past.SumReuse();
  REQUIRE(totals.ok());
  CHECK(totals->saved == record.saved);
  CHECK(totals->layers_saved == record.saved_layers);
  CHECK(totals->layers_built == 1);
}

TEST_CASE("packages come by type, name and version") {
  Views views;
  Record record = TestRecord(1, "a");
  record.packages = {{"npm", "ms", "2.1.3", "", "pkg:npm/ms@2.1.3"},
                     {"deb", "zlib1g", "1.2", "amd64", "pkg:deb/debian/zlib1g@1.2"},
                     {"deb", "Zed", "1", "amd64", ""}};
  views.Commit(record);
  views.Commit(TestRecord(2, "b"));
  const auto packages = views.packages.PackagesOf(TestBuildId(1));
  REQUIRE(packages.ok());
  REQUIRE(packages->size() == 3);
  CHECK(packages->at(0).name == "Zed");
  CHECK(packages->at(1) == record.packages[1]);
  CHECK(packages->at(2) == record.packages[0]);
  CHECK(views.packages.PackagesOf(TestBuildId(2))->empty());
  CHECK(views.packages.PackagesOf(TestBuildId(9))->empty());
}

}  // namespace
}  // namespace lif
