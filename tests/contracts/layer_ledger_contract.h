// What every LayerLedgerReader and LayerLedgerWriter must do. A test binary makes a ledger and
// calls the contract in a TEST_CASE; each SECTION gets a fresh one.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/records/layer_ledger.h"

namespace lif {

class LayerLedgerHarness {
 public:
  virtual ~LayerLedgerHarness() = default;
  virtual LayerLedgerReader& reader() = 0;
  virtual LayerLedgerWriter& writer() = 0;
};

using MakeLayerLedger = std::function<std::unique_ptr<LayerLedgerHarness>()>;

void LayerLedgerContract(const MakeLayerLedger& make);

// A layer with every field set, on the base. `number` makes build IDs that ascend.
LedgerLayer TestLayer(int number, const std::string& key_word, int64_t generation = 1);
// The same on top of another.
LedgerLayer TestLayerOn(const LedgerLayer& below, int number, const std::string& key_word,
                        int64_t generation = 1);
// Compares every field but the time of the commit.
void CheckEqual(const LedgerLayer& actual, const LedgerLayer& expected);

}  // namespace lif
