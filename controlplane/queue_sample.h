// The queue as the gauges of a scrape.
#pragma once

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/metrics/metric_registry.h"
#include "common/ops/cached_read.h"
#include "common/queue/job_queue.h"
#include "common/queue/redis_queue_depths.h"

namespace lif {

struct QueueSample {
  absl::Time at;
  std::vector<PoolStats> pools;
  std::vector<ExecutorInfo> executors;
  QueueDepths depths;
};

// Pure. Heartbeat ages are shown of the executors that were heard from last, at most 200.
std::vector<MetricSamples> QueueSamples(const QueueSample& sample);

// Reads the queue when a scrape asks, at most once in two seconds, and never makes a scrape wait
// longer than a second: while the queue is away its gauges are absent, and lif_queue_sampled is 0.
// Thread-safe.
class QueueSampler {
 public:
  using ReadDepths = std::function<absl::StatusOr<QueueDepths>()>;
  // All must outlive this.
  QueueSampler(JobQueue& queue, ReadDepths depths, Clock& clock);

  std::vector<MetricSamples> Samples();

 private:
  CachedRead<absl::StatusOr<QueueSample>> read_;
};

}  // namespace lif
