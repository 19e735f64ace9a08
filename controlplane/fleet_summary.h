// The use case behind GetSummary: the factory in one answer.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/base/clock.h"
#include "common/blobs/blob_store.h"
#include "common/catalog/catalog_reader.h"
#include "common/queue/job_queue.h"
#include "common/queue/queue_admin.h"
#include "common/records/past_builds.h"
#include "common/records/record_store.h"
#include "controlplane/build_reader.h"

namespace lif {

struct StoreHealth {
  std::string name;
  absl::Status status;
};

struct OutcomeCounts {
  int64_t compatible = 0;
  int64_t incompatible = 0;
  int64_t failed = 0;
  int64_t error = 0;
  int64_t cancelled = 0;
};

// What a store that is away would tell is empty; `stores` says which it is.
struct FleetSummary {
  absl::Time at;
  std::vector<PoolStats> pools;
  std::vector<ExecutorInfo> executors;
  std::vector<BuildStatus> recent;  // newest first, at most 20
  int64_t manifests = 0;
  QueueTotals totals;
  OutcomeCounts last_day;
  ReuseTotals reuse;  // over all records
  std::vector<StoreHealth> stores;
};

// Thread-safe; blocks on I/O. Counts that need many rows are kept for 30 s.
class FleetSummaryReader {
 public:
  struct Seams {
    CatalogReader& catalog;
    RecordReader& records;
    PastBuildsReader& past;
    JobQueue& queue;
    QueueAdmin& admin;
    BlobStore& blobs;
    Clock& clock;
  };
  explicit FleetSummaryReader(Seams seams) : seams_(seams) {}

  // Never fails as a whole: an operator asks for it when something is away.
  FleetSummary Read();

 private:
  struct Counts {
    int64_t manifests = 0;
    OutcomeCounts last_day;
    ReuseTotals reuse;
  };

  absl::Status ReadQueue(FleetSummary* summary) const;
  absl::StatusOr<Counts> CountsNow();
  absl::StatusOr<Counts> CountRows() const;

  Seams seams_;
  absl::Mutex mutex_;
  std::optional<Counts> counts_ ABSL_GUARDED_BY(mutex_);
  absl::Duration counted_at_ ABSL_GUARDED_BY(mutex_);  // steady time
};

}  // namespace lif
