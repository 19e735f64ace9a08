// What an executor counts.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/metrics/metric_registry.h"
#include "common/queue_metrics/queue_upkeep_metrics.h"
#include "executor/build_observer.h"
#include "executor/spool.h"

namespace lif {

// Read at each scrape.
struct ExecutorState {
  int slots = 0;
  int busy = 0;
  bool draining = false;
  absl::Duration since_heartbeat;  // since the queue last answered one
  SpoolDepth spool;
};

// Thread-safe. Valid as long as the registry.
class ExecutorMetrics final : public BuildObserver {
 public:
  explicit ExecutorMetrics(MetricRegistry* registry);

  void Claimed(const ClaimedJob& job, absl::Duration waited) override;
  void StageEnded(const StageEnd& end) override;
  void AttemptFailed(FailureClass failure, bool will_retry) override;
  void Recorded(const Record& record) override;
  void LeaseLost() override;
  void Buried() override;
  void CacheExportLost() override;
  void LayerLost() override;
  void LayerViolated() override;
  void Ticked(const TickResult& result) const { upkeep_.Ticked(result); }

 private:
  void RecordedImage(const Record& record);

  const CounterFamily claimed_;
  const HistogramFamily wait_;
  const HistogramFamily stage_;
  const CounterFamily stage_failures_;
  const CounterFamily retries_;
  const CounterFamily builds_;
  const CounterFamily recorded_;
  const HistogramFamily durations_;
  const CounterFamily steps_;
  const CounterFamily layers_;
  const CounterFamily tests_;
  const CounterFamily leases_lost_;
  const CounterFamily buried_;
  const CounterFamily exports_lost_;
  const CounterFamily layers_lost_;
  const CounterFamily violations_;
  const CounterFamily saved_layers_;
  const CounterFamily saved_;
  const CounterFamily bytes_;
  const QueueUpkeepMetrics upkeep_;
};

// Pure.
std::vector<MetricSamples> ExecutorSamples(const ExecutorState& state);

}  // namespace lif
