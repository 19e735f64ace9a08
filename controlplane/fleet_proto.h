// Pools, executors and the summary as messages of lif.v1.FleetService. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/queue/job_queue.h"
#include "controlplane/fleet_summary.h"
#include "lif/v1/fleet_service.pb.h"

namespace lif {

// `executors` of all pools: those of this one say how many slots are busy or draining.
void SetPool(const PoolStats& pool, const std::vector<ExecutorInfo>& executors,
             v1::PoolStatus* out);
void SetExecutor(const ExecutorInfo& executor, v1::ExecutorStatus* out);
void SetSummary(const FleetSummary& summary, const std::string& factory, v1::Summary* out);

}  // namespace lif
