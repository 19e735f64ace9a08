// Notices that Redis came back from an older state: a power loss with appendfsync everysec, a
// promoted replica that lagged, a server restored empty. Whoever was answered remembers the stamp
// of the answer; a queue that has less than that was set back.
#pragma once

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"
#include "common/queue/queue_lineage.h"

namespace lif {

// Thread-safe.
class QueueFence {
 public:
  // The newest stamp that this process was answered with.
  QueueStamp newest() const;
  // Of when the epoch last changed. What came since is in it.
  QueueLineage lineage() const;

  // Of an answer; `floor` is what newest() said before the call began. True when the epoch changed,
  // or there is less than there was: the lineage must be read, and passed to Settle.
  bool Observe(const QueueStamp& floor, const QueueStamp& answer);

  // `remembered` is the newest stamp from before the lineage was read, `answer` the one that was
  // observed. Answers how many acknowledged writes are gone, 0 for none.
  int64_t Settle(const QueueLineage& lineage, const QueueStamp& remembered,
                 const QueueStamp& answer);

  // Writes lost since the last call, by the rollbacks that were noticed.
  int64_t TakeLost();

 private:
  mutable Mutex mutex_;
  QueueStamp newest_ ABSL_GUARDED_BY(mutex_);
  QueueLineage lineage_ ABSL_GUARDED_BY(mutex_);
  int64_t lost_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace lif
