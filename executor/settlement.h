// A finished attempt before its stores have it; plain data.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/records/layer_ledger.h"
#include "common/records/record.h"

namespace lif {

// Something to keep as a blob: a file, or bytes when `path` is empty.
struct PendingArtifact {
  std::string name;
  std::string media_type;
  std::string path;
  std::string bytes;
};

struct Settlement {
  Record record;
  std::vector<PendingArtifact> artifacts;
  std::vector<std::string> log_tail;      // for the error report
  std::optional<LedgerLayer> layer = {};  // of a layer job: goes into the ledger before the record
};

}  // namespace lif
