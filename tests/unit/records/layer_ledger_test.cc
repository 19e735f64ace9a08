#include "common/records/layer_ledger.h"

#include "tests/contracts/layer_ledger_contract.h"
#include "tests/fakes/memory_layer_ledger.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

class MemoryLedgerHarness final : public LayerLedgerHarness {
 public:
  LayerLedgerReader& reader() override { return ledger_; }
  LayerLedgerWriter& writer() override { return ledger_; }

 private:
  MemoryLayerLedger ledger_;
};

TEST_CASE("MemoryLayerLedger keeps layers as the contract says") {
  LayerLedgerContract([] { return std::make_unique<MemoryLedgerHarness>(); });
}

TEST_CASE("a layer is named by repository and digest") {
  LedgerLayer layer = TestLayer(1, "a");
  CHECK(ImageOf(layer) == "127.0.0.1:5000/lif/layers@" + layer.digest);
}

TEST_CASE("a refused layer is named with what is wrong") {
  LedgerLayer layer = TestLayer(1, "a", 3);
  layer.diff_ids.clear();
  CHECK(std::string(CheckLedgerLayer(layer).message()) ==
        "cannot write layer " + layer.layer_key + ".3 to the ledger: it has no diffIDs");
}

}  // namespace
}  // namespace lif
