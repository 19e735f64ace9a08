// Pools, executors and the summary as messages of lif.v1.FleetService. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/doctor/finding.h"
#include "common/queue/job_queue.h"
#include "common/queue/queue_admin.h"
#include "controlplane/fleet_summary.h"
#include "lif/v1/fleet_service.pb.h"

namespace lif {

// `executors` of all pools: those of this one say how many slots are busy or draining.
void SetPool(const PoolStats& pool, const std::vector<ExecutorInfo>& executors,
             v1::PoolStatus* out);
// Also what of the pools' ready jobs is whose: after the pools are set.
void SetTenants(const std::vector<TenantStatus>& tenants, v1::ListPoolsResponse* out);
// `active`: jobs that are leased, of any executor; those of this one are what it runs.
void SetExecutor(const ExecutorInfo& executor, const std::vector<JobView>& active,
                 v1::ExecutorStatus* out);
void SetDeadLetter(const DeadLetter& letter, v1::DeadLetter* out);
void SetHealth(const Finding& finding, v1::HealthCheck* out);
void SetSummary(const FleetSummary& summary, const std::string& factory, v1::Summary* out);

}  // namespace lif
