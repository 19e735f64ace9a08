// What the queue's maintenance did. Every replica and executor does some of it and counts its own
// part: the sum over all is the whole.
#pragma once

#include "common/metrics/metric_registry.h"
#include "common/queue/job_queue.h"

namespace lif {

// Thread-safe. Valid as long as the registry.
class QueueUpkeepMetrics {
 public:
  explicit QueueUpkeepMetrics(MetricRegistry* registry);
  void Ticked(const TickResult& result) const;

 private:
  const CounterFamily leases_expired_;
  const CounterFamily dead_lettered_;
  const CounterFamily expired_;
};

}  // namespace lif
