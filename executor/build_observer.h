// Hears what becomes of builds, for metrics. Implementation: ExecutorMetrics.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "common/queue/job_queue.h"
#include "common/records/record.h"

namespace lif {

// How a stage ended; the class says why it failed.
struct StageEnd {
  std::string stage;
  absl::Duration duration;
  FailureClass failure = FailureClass::kNone;
};

// Thread-safe; must not block.
class BuildObserver {
 public:
  virtual ~BuildObserver() = default;
  // `waited`: since its submit.
  virtual void Claimed(const ClaimedJob& job, absl::Duration waited) = 0;
  virtual void StageEnded(const StageEnd& end) = 0;
  virtual void AttemptFailed(FailureClass failure, bool will_retry) = 0;
  // This executor committed it.
  virtual void Recorded(const Record& record) = 0;
  virtual void LeaseLost() = 0;
  // Became a dead letter, since its entry in the queue contradicts the catalog.
  virtual void Buried() = 0;
  // A build's cache did not reach the registry.
  virtual void CacheExportLost() = 0;
  // A layer of the ledger is gone from the registry.
  virtual void LayerLost() = 0;
  // A layer has been executed more than once in its generation: what the ledger has differs from
  // what this executor made of it.
  virtual void LayerViolated() = 0;
};

}  // namespace lif
