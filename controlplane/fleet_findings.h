// What is to be said of a factory's executors and queue. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/doctor/finding.h"
#include "common/queue/job_queue.h"
#include "common/queue/queue_admin.h"

namespace lif {

struct FleetFacts {
  std::vector<PoolStats> pools;
  std::vector<ExecutorInfo> executors;
  QueueTotals totals;
  absl::Time now;
  std::string version;  // of this replica
  std::string recipe;   // as an executor of this replica's recipe describes itself
};

std::vector<Finding> JudgeFleet(const FleetFacts& facts);

}  // namespace lif
