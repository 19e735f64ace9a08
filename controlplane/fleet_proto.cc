#include "controlplane/fleet_proto.h"

#include <algorithm>

#include "common/config/version.h"
#include "controlplane/build_proto.h"
#include "controlplane/proto_values.h"

namespace lif {

void SetPool(const PoolStats& pool, const std::vector<ExecutorInfo>& executors,
             v1::PoolStatus* out) {
  out->set_name(Text(pool.pool));
  out->set_ready(pool.ready);
  out->set_running(pool.active);
  out->set_delayed(pool.delayed);
  out->set_waiting(pool.waiting);
  if (pool.ready > 0) SetDuration(pool.oldest_ready, out->mutable_oldest_ready_age());
  out->set_executors(pool.executors);
  out->set_slots(pool.slots);
  int draining = 0;
  int busy = 0;
  for (const ExecutorInfo& executor : executors) {
    if (executor.pool != pool.pool || !executor.alive) continue;
    draining += executor.draining ? 1 : 0;
    busy += executor.busy;
  }
  out->set_executors_draining(draining);
  out->set_slots_busy(busy);
}

void SetTenants(const std::vector<TenantStatus>& tenants, v1::ListPoolsResponse* out) {
  for (const TenantStatus& tenant : tenants) {
    v1::TenantStatus* entry = out->add_tenants();
    entry->set_name(Text(tenant.tenant));
    entry->set_weight(tenant.usage.policy.weight);
    entry->set_max_queued(tenant.usage.policy.max_queued);
    entry->set_max_running(tenant.usage.policy.max_running);
    entry->set_queued(tenant.usage.queued);
    entry->set_running(tenant.usage.running);
    for (const auto& [pool, share] : tenant.pools) {
      v1::TenantShare* part = entry->add_shares();
      part->set_pool(Text(pool));
      part->set_ready(share.ready);
      part->set_running(share.running);
    }
  }
  for (v1::PoolStatus& pool : *out->mutable_pools()) {
    for (const v1::TenantStatus& tenant : out->tenants()) {
      for (const v1::TenantShare& share : tenant.shares()) {
        if (share.pool() != pool.name() || share.ready() == 0) continue;
        (*pool.mutable_ready_by_tenant())[tenant.name()] = share.ready();
      }
    }
  }
}

void SetExecutor(const ExecutorInfo& executor, const std::vector<JobView>& active,
                 v1::ExecutorStatus* out) {
  out->set_id(Text(executor.id));
  out->set_pool(Text(executor.pool));
  if (!executor.platform.empty()) out->add_platforms(Text(executor.platform));
  for (const std::string& capability : executor.capabilities) {
    out->add_capabilities(Text(capability));
  }
  for (const std::string& gpu : executor.gpus) out->add_gpus(Text(gpu));
  out->set_recipe(Text(executor.recipe));
  out->set_slots(executor.slots);
  for (const JobView& job : active) {
    if (job.executor == executor.id) out->add_build_ids(Text(job.spec.build_id));
  }
  // Its own count is as old as its heartbeat.
  out->set_slots_busy(std::max(executor.busy, out->build_ids_size()));
  out->set_version(Text(executor.version));
  if (IsTime(executor.started)) SetTime(executor.started, out->mutable_started_at());
  if (IsTime(executor.heartbeat)) SetTime(executor.heartbeat, out->mutable_last_heartbeat());
  out->set_lost(!executor.alive);
  out->set_draining(executor.draining);
  out->set_host(Text(executor.host));
}

void SetDeadLetter(const DeadLetter& letter, v1::DeadLetter* out) {
  const JobView& job = letter.job;
  out->set_job_id(Text(job.spec.job_id));
  out->set_kind(ToProto(job.spec.kind));
  out->set_build_id(Text(job.spec.build_id));
  out->set_manifest_id(Text(job.spec.manifest_id));
  out->set_platform(Text(job.spec.platform));
  out->set_pool(Text(job.spec.pool));
  if (IsTime(letter.died)) SetTime(letter.died, out->mutable_died_at());
  out->set_reason(Text(letter.reason));
  out->set_attempts(job.attempt);
  out->set_crashes(job.crash_count);
  out->set_last_executor(Text(job.executor));
}

void SetHealth(const Finding& finding, v1::HealthCheck* out) {
  out->set_name(Text(finding.name));
  switch (finding.state) {
    case FindingState::kOk:
      out->set_state(v1::HEALTH_STATE_OK);
      break;
    case FindingState::kWarning:
      out->set_state(v1::HEALTH_STATE_WARNING);
      break;
    case FindingState::kProblem:
      out->set_state(v1::HEALTH_STATE_PROBLEM);
      break;
    case FindingState::kSkipped:
      out->set_state(v1::HEALTH_STATE_SKIPPED);
      break;
  }
  out->set_detail(Text(finding.detail));
  out->set_remedy(Text(finding.remedy));
}

void SetSummary(const FleetSummary& summary, const std::string& factory, v1::Summary* out) {
  SetTime(summary.at, out->mutable_at());
  v1::QueueCounts* queue = out->mutable_queue();
  for (const PoolStats& pool : summary.pools) {
    SetPool(pool, summary.executors, out->add_pools());
    queue->set_ready(queue->ready() + pool.ready);
    queue->set_running(queue->running() + pool.active);
    queue->set_delayed(queue->delayed() + pool.delayed);
    queue->set_waiting(queue->waiting() + pool.waiting);
  }
  for (const ExecutorInfo& executor : summary.executors) {
    if (!executor.alive) continue;
    out->set_executors(out->executors() + 1);
    out->set_slots(out->slots() + executor.slots);
    out->set_slots_busy(out->slots_busy() + executor.busy);
  }
  if (summary.stores.empty() || summary.stores.front().status.ok()) {
    queue->mutable_dead_letters()->set_value(summary.totals.dead_letters);
    queue->mutable_awaiting_record()->set_value(summary.totals.awaiting_record);
  }
  out->set_manifests(summary.manifests);
  v1::OutcomeCounts* day = out->mutable_last_day();
  day->set_compatible(summary.last_day.compatible);
  day->set_incompatible(summary.last_day.incompatible);
  day->set_failed(summary.last_day.failed);
  day->set_error(summary.last_day.error);
  day->set_cancelled(summary.last_day.cancelled);
  SetDuration(summary.reuse.saved, out->mutable_saved());
  out->mutable_layers_reused()->set_value(summary.reuse.layers_saved);
  out->mutable_layers_built()->set_value(summary.reuse.layers_built);
  for (const BuildStatus& build : summary.recent) SetListedBuild(build, out->add_recent());
  for (const StoreHealth& store : summary.stores) {
    v1::StoreStatus* entry = out->add_stores();
    entry->set_name(store.name);
    entry->set_ok(store.status.ok());
    entry->set_message(Text(std::string(store.status.message())));
  }
  out->set_version(std::string(LifVersion()));
  out->set_factory(Text(factory));
}

}  // namespace lif
