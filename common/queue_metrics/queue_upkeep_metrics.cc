#include "common/queue_metrics/queue_upkeep_metrics.h"

namespace lif {

QueueUpkeepMetrics::QueueUpkeepMetrics(MetricRegistry* registry)
    : leases_expired_(registry->Counters(
          "lif_leases_expired_total",
          "Jobs taken back because their executor was not heard from for a lease")),
      dead_lettered_(registry->Counters(
          "lif_crash_dead_letters_total",
          "Jobs that became dead letters because executors were lost with them again and again")),
      expired_(registry->Counters("lif_jobs_expired_total",
                                  "Jobs that ended unbegun since their time in the queue was up")) {
  Ticked({});
}

void QueueUpkeepMetrics::Ticked(const TickResult& result) const {
  leases_expired_.Add({}, result.reaped);
  dead_lettered_.Add({}, result.dead_lettered);
  expired_.Add({}, result.expired);
}

}  // namespace lif
