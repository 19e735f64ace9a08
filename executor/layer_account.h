// Says in a record where the layers of an image came from, and what their reuse saved.
#pragma once

#include "executor/build_run.h"

namespace lif {

// Fills the layers that `run` stands on (and of a layer that is in the ledger already, itself) from
// the ledger's rows, by their lineage:
//   reused  the row is older than the submit of this job
//   joined  it was made since, by a job that had been submitted before this one
//   built   it was made since, by a job that was submitted with this one or later: for its sake
void AccountForLayers(BuildRun& run);

// Fills the topmost layer of a layer job's record from the row that stands in the ledger.
void AccountForMade(const LedgerLayer& standing, Record* record);

}  // namespace lif
