// What this process was promised by the queue, for as long as a rollback may take it back: bounded
// by time and size, since whoever asked can ask again.
#pragma once

#include <deque>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"
#include "common/queue/job_queue.h"
#include "common/queue/queue_lineage.h"

namespace lif {

struct SubmitLedgerLimits {
  absl::Duration kept = absl::Minutes(10);
  size_t jobs = 20'000;  // about 10 MiB
};

// Thread-safe.
class SubmitLedger {
 public:
  explicit SubmitLedger(SubmitLedgerLimits limits = {}) : limits_(limits) {}

  // A submit that was acknowledged under `stamp`. The oldest make room.
  void Remember(const QueueStamp& stamp, const SubmitRequest& request, absl::Time now);
  // Nobody waits for it any more.
  void Forget(const std::string& build_id);

  struct Entry {
    QueueStamp stamp;
    SubmitRequest request;
    absl::Time at;
  };
  // Takes out at most `limit` of what is gone by `lineage`, oldest first.
  std::vector<Entry> TakeLost(const QueueLineage& lineage, size_t limit, absl::Time now);
  // Back in, to be tried again: behind the rest.
  void PutBack(Entry entry);

 private:
  void Trim(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const SubmitLedgerLimits limits_;
  Mutex mutex_;
  std::deque<Entry> entries_ ABSL_GUARDED_BY(mutex_);
  size_t jobs_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace lif
