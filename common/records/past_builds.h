// How long builds took when they were last built: what estimates rest on. Implementations:
// PostgresPastBuilds; tests/fakes/memory_record_store.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace lif {

struct PastBuild {
  std::string build_key;
  std::string build_id;
  absl::Duration duration;  // from its start on an executor to its end; without its wait
};

// How long the newest job took that made a layer of a module, in whatever version and stack.
struct PastLayer {
  std::string module;    // name
  std::string platform;  // "linux/amd64"
  absl::Duration duration;
};

// Over all images that are recorded.
struct ReuseTotals {
  absl::Duration saved;      // what reuse saved
  int64_t layers_saved = 0;  // layers that their builds did not execute
  int64_t layers_built = 0;  // rows of the ledger: layers that were executed, for all to use
};

inline constexpr size_t kMaxPastBuilds = 10'000;

// Thread-safe; calls block with a deadline. UNAVAILABLE when the store is away.
class PastBuildsReader {
 public:
  virtual ~PastBuildsReader() = default;
  // Of each key the newest generation that was built and tested, in one query, in no order; keys
  // without one are left out. At most kMaxPastBuilds (INVALID_ARGUMENT).
  virtual absl::StatusOr<std::vector<PastBuild>> LastBuilt(
      const std::vector<std::string>& build_keys) = 0;
  // One for each module and platform of the ledger, which is read whole: a query of some 100 ms
  // with 100,000 layers. In no order, at most kMaxPastBuilds.
  virtual absl::StatusOr<std::vector<PastLayer>> LastLayers() = 0;
  // Reads all records: ask rarely.
  virtual absl::StatusOr<ReuseTotals> SumReuse() = 0;
};

}  // namespace lif
