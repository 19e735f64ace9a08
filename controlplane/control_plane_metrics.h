// What a replica counts: calls, answers to submits, the queue's maintenance.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/metrics/metric_registry.h"
#include "common/queue_metrics/queue_upkeep_metrics.h"
#include "controlplane/submit_builds.h"

namespace lif {

// Thread-safe. Valid as long as the registry.
class ControlPlaneMetrics {
 public:
  explicit ControlPlaneMetrics(MetricRegistry* registry);

  void CallEnded(std::string_view rpc, const absl::Status& status, absl::Duration took) const;
  void Submitted(const SubmitBuildsOutput& output) const;
  void Ticked(const TickResult& result) const { upkeep_.Ticked(result); }

 private:
  const CounterFamily calls_;
  const HistogramFamily call_durations_;
  const CounterFamily submitted_;
  const CounterFamily saved_;
  const QueueUpkeepMetrics upkeep_;
};

}  // namespace lif
