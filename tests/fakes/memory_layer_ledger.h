// The layer ledger in memory, with the behaviour of Postgres'.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/records/layer_ledger.h"

namespace lif {

// Thread-safe.
class MemoryLayerLedger final : public LayerLedgerReader, public LayerLedgerWriter {
 public:
  // `clock` tells when a layer is committed, and must outlive the ledger; null: the system's.
  explicit MemoryLayerLedger(Clock* clock = nullptr) : clock_(clock) {}

  // While not OK, every call answers it: the store is away.
  void SetAway(absl::Status status);
  // Calls of LookUp so far, to prove that a batch is one query.
  int lookups() const;

  absl::StatusOr<std::vector<LedgerLayer>> LookUp(
      const std::vector<std::string>& layer_keys) override;
  absl::StatusOr<LedgerCommit> Commit(const LedgerLayer& layer) override;

 private:
  absl::Status CheckBelow(const LedgerLayer& layer) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Clock* const clock_;
  mutable Mutex mutex_;
  absl::Status away_ ABSL_GUARDED_BY(mutex_);
  int lookups_ ABSL_GUARDED_BY(mutex_) = 0;
  // By (layer key, generation).
  std::map<std::pair<std::string, int64_t>, LedgerLayer> layers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace lif
