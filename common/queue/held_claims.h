// The jobs that this process holds, as it claimed them: enough to bring one back into a queue that
// has forgotten its claim.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"
#include "common/queue/job.h"
#include "common/queue/queue_lineage.h"

namespace lif {

// Thread-safe. As large as the number of claims that were not ended yet.
class HeldClaims {
 public:
  struct Claim {
    ClaimedJob job;
    std::string executor_id;
    absl::Duration lease;
    QueueStamp stamp;
  };

  void Add(Claim claim);
  void Remove(const Lease& lease);
  // nullopt when it is not held, or was claimed again since.
  std::optional<Claim> Find(const Lease& lease) const;

 private:
  mutable Mutex mutex_;
  std::map<std::string, Claim> claims_ ABSL_GUARDED_BY(mutex_);  // by job ID
};

}  // namespace lif
