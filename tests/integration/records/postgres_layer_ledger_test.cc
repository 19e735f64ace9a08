#include "common/records/postgres_layer_ledger.h"

#include <memory>

#include "tests/contracts/layer_ledger_contract.h"
#include "tests/contracts/test_record.h"
#include "tests/support/catch.h"
#include "tests/support/postgres_server.h"

namespace lif {
namespace {

// Reads as the control plane and writes as an executor, as in a factory.
class PostgresLedgerHarness final : public LayerLedgerHarness {
 public:
  LayerLedgerReader& reader() override { return reader_; }
  LayerLedgerWriter& writer() override { return writer_; }
  TestDatabase& database() { return database_; }

 private:
  TestDatabase database_;
  std::unique_ptr<PostgresPool> reading_ = database_.Pool("lif_controlplane");
  std::unique_ptr<PostgresPool> writing_ = database_.Pool("lif_executor");
  PostgresLayerLedgerReader reader_{*reading_};
  PostgresLayerLedgerWriter writer_{*writing_};
};

TEST_CASE("PostgreSQL keeps layers as the contract says") {
  LayerLedgerContract([] { return std::make_unique<PostgresLedgerHarness>(); });
}

TEST_CASE("the control plane's own role can't write the ledger") {
  PostgresLedgerHarness ledger;
  auto pool = ledger.database().Pool("lif_controlplane");
  PostgresLayerLedgerWriter writer(*pool);
  CHECK(absl::IsPermissionDenied(writer.Commit(TestLayer(1, "a")).status()));
  CHECK(ledger.reader().LookUp({TestKey("a")})->empty());
}

TEST_CASE("a layer that does not continue what it stands on is refused in words") {
  PostgresLedgerHarness ledger;
  const LedgerLayer low = TestLayer(1, "low");
  REQUIRE(ledger.writer().Commit(low).ok());
  LedgerLayer high = TestLayerOn(low, 2, "high");
  high.diff_ids[1] = high.diff_ids[2];
  const std::string message(ledger.writer().Commit(high).status().message());
  INFO(message);
  CHECK(message.find("does not begin with the diffIDs of " + low.layer_key + ".1") !=
        std::string::npos);
  CHECK(message.find("build it on the image that the ledger names") != std::string::npos);
}

TEST_CASE("the ledger is found again after a restart of PostgreSQL") {
  PostgresLedgerHarness ledger;
  REQUIRE(ledger.writer().Commit(TestLayer(1, "a")).ok());
  PostgresServer::Instance().Stop();
  CHECK(absl::IsUnavailable(ledger.writer().Commit(TestLayer(2, "b")).status()));
  CHECK(absl::IsUnavailable(ledger.reader().LookUp({TestKey("a")}).status()));
  PostgresServer::Instance().Start();
  CHECK(ledger.writer().Commit(TestLayer(2, "b"))->committed);
  CHECK(ledger.reader().LookUp({TestKey("a"), TestKey("b")})->size() == 2);
}

}  // namespace
}  // namespace lif
