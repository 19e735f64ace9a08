// What else is read from records, over MemoryRecordStore: with the behaviour of Postgres'.
#pragma once

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"
#include "common/records/package_reader.h"
#include "common/records/past_builds.h"
#include "tests/fakes/memory_record_store.h"

namespace lif {

// Thread-safe, and away when the store is. `records` must outlive it.
class MemoryRecordViews final : public PastBuildsReader, public PackageReader {
 public:
  explicit MemoryRecordViews(MemoryRecordStore& records) : records_(records) {}

  absl::StatusOr<std::vector<PastBuild>> LastBuilt(
      const std::vector<std::string>& build_keys) override;
  // Of what SetLastLayers was given: this fake has no ledger.
  absl::StatusOr<std::vector<PastLayer>> LastLayers() override;
  // Without layers_built, likewise.
  absl::StatusOr<ReuseTotals> SumReuse() override;
  void SetLastLayers(std::vector<PastLayer> layers);
  absl::StatusOr<std::vector<Package>> PackagesOf(const std::string& build_id) override;

 private:
  MemoryRecordStore& records_;
  mutable Mutex mutex_;
  std::vector<PastLayer> last_layers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace lif
