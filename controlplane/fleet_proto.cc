#include "controlplane/fleet_proto.h"

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

void SetExecutor(const ExecutorInfo& executor, v1::ExecutorStatus* out) {
  out->set_id(Text(executor.id));
  out->set_pool(Text(executor.pool));
  if (!executor.platform.empty()) out->add_platforms(Text(executor.platform));
  for (const std::string& capability : executor.capabilities) {
    out->add_capabilities(Text(capability));
  }
  out->set_recipe(Text(executor.recipe));
  out->set_slots(executor.slots);
  out->set_slots_busy(executor.busy);
  out->set_version(Text(executor.version));
  if (IsTime(executor.started)) SetTime(executor.started, out->mutable_started_at());
  if (IsTime(executor.heartbeat)) SetTime(executor.heartbeat, out->mutable_last_heartbeat());
  out->set_lost(!executor.alive);
  out->set_draining(executor.draining);
  out->set_host(Text(executor.host));
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
  out->set_manifests(summary.manifests);
  v1::OutcomeCounts* day = out->mutable_last_day();
  day->set_compatible(summary.last_day.compatible);
  day->set_incompatible(summary.last_day.incompatible);
  day->set_failed(summary.last_day.failed);
  day->set_error(summary.last_day.error);
  day->set_cancelled(summary.last_day.cancelled);
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
