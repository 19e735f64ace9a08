// The layer ledger: (layer key, generation) → what was pushed for it (design.md §6). It is what
// makes a layer once in the fleet: whoever needs the layer stands on the digest that is written
// here, whoever built it. Implementations: PostgresLayerLedgerReader and -Writer;
// tests/fakes/memory_layer_ledger. Two seams, since the control plane may read and only executors
// may write.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace lif {

// A layer pushed as an image: everything below it and itself. Immutable.
struct LedgerLayer {
  std::string layer_key;  // 64 hex
  int64_t generation = 1;
  int64_t token = 0;       // of the lease under which it was written
  std::string build_id;    // of the layer job
  std::string platform;    // "linux/amd64"
  std::string module_ref;  // of the layer itself; a job may have built others below it too
  std::string repository;  // "registry.test:5000/factory/layers"
  std::string digest;      // "sha256:<hex>" of the image manifest
  std::vector<std::string> diff_ids;  // of the whole image, the base's first; never empty
  int64_t size = 0;                   // bytes of the compressed blobs that the job added
  absl::Duration duration;            // of the job, without its wait
  // The ledger's row that it was built on; "" and 0 for the base. Its diff_ids begin this one's, so
  // that following the rows tells the generation of each layer of an image.
  std::string below_key;
  int64_t below_generation = 0;
  absl::Time committed = absl::InfinitePast();  // set by the store
};

// "repository@digest": what a Dockerfile's FROM takes.
std::string ImageOf(const LedgerLayer& layer);

inline constexpr size_t kMaxLedgerKeys = 10'000;

// Thread-safe; calls block with a deadline. UNAVAILABLE when the store is away.
class LayerLedgerReader {
 public:
  virtual ~LayerLedgerReader() = default;
  // The newest generation of each key in one query, in no order; keys that are not there are left
  // out. At most kMaxLedgerKeys (INVALID_ARGUMENT).
  virtual absl::StatusOr<std::vector<LedgerLayer>> LookUp(
      const std::vector<std::string>& layer_keys) = 0;
};

struct LedgerCommit {
  // What the ledger holds for (key, generation) now: the layer that was given, or the one that came
  // first. Everything above must stand on this one.
  LedgerLayer standing;
  bool committed = false;  // it is the one that was given
};

class LayerLedgerWriter {
 public:
  virtual ~LayerLedgerWriter() = default;
  // Writes the layer unless its (key, generation) is there. May be called again after any error:
  // the standing row then tells whether the first call did it. When `standing.diff_ids` differ from
  // what was given, the layer was executed more than once in its generation (a lease that was
  // lost); what was pushed must not be used. INVALID_ARGUMENT names the field; FAILED_PRECONDITION
  // when the layer below is not in the ledger or its diffIDs do not begin this layer's.
  virtual absl::StatusOr<LedgerCommit> Commit(const LedgerLayer& layer) = 0;
};

// What every writer checks of a layer by itself: INVALID_ARGUMENT names the field.
absl::Status CheckLedgerLayer(const LedgerLayer& layer);

}  // namespace lif
