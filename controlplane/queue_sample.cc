#include "controlplane/queue_sample.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "common/base/status_macros.h"

namespace lif {
namespace {

constexpr absl::Duration kMaxAge = absl::Seconds(2);
constexpr absl::Duration kPatience = absl::Seconds(1);
// What was read longer ago than this says nothing about now.
constexpr absl::Duration kStale = absl::Seconds(15);
constexpr size_t kMaxExecutors = 200;

absl::StatusOr<QueueSample> ReadQueue(JobQueue& queue, const QueueSampler::ReadDepths& depths,
                                      Clock& clock) {
  QueueSample sample;
  LIF_ASSIGN_OR_RETURN(sample.pools, queue.ListPools());
  LIF_ASSIGN_OR_RETURN(sample.executors, queue.ListExecutors());
  LIF_ASSIGN_OR_RETURN(sample.depths, depths());
  sample.at = clock.Now();
  return sample;
}

MetricSamples Gauge(std::string name, std::string help) {
  return {std::move(name), std::move(help), MetricKind::kGauge, {}};
}

double Count(int64_t count) {
  return static_cast<double>(count);
}

void AddPools(const QueueSample& sample, std::vector<MetricSamples>* families) {
  MetricSamples jobs =
      Gauge("lif_queue_jobs",
            "Jobs in the queue by pool and state; every replica tells the same, so "
            "aggregate with max");
  MetricSamples oldest = Gauge("lif_queue_oldest_ready_age_seconds",
                               "Time since the oldest job that is ready was submitted; 0 when none "
                               "is");
  for (const PoolStats& pool : sample.pools) {
    const auto add = [&](const char* state, int64_t count) {
      jobs.samples.push_back({{{"pool", pool.pool}, {"state", state}}, Count(count)});
    };
    add("ready", pool.ready);
    add("active", pool.active);
    add("waiting", pool.waiting);
    add("delayed", pool.delayed);
    oldest.samples.push_back({{{"pool", pool.pool}}, absl::ToDoubleSeconds(pool.oldest_ready)});
  }
  families->push_back(std::move(jobs));
  families->push_back(std::move(oldest));
}

void AddDepths(const QueueDepths& depths, std::vector<MetricSamples>* families) {
  MetricSamples dead = Gauge("lif_queue_dead_letters", "Dead letters that want an operator");
  dead.samples.push_back({{}, Count(depths.dead_letters)});
  MetricSamples ending =
      Gauge("lif_queue_ending_jobs", "Jobs that ended without an executor and still want a record");
  ending.samples.push_back({{}, Count(depths.ending)});
  MetricSamples rollbacks = Gauge(
      "lif_queue_rollbacks",
      "Times that Redis came back without calls that it had answered; every replica tells the "
      "same, so aggregate with max");
  rollbacks.samples.push_back({{}, Count(depths.rollbacks)});
  MetricSamples tenants =
      Gauge("lif_queue_tenant_ready_jobs",
            "Ready jobs of the 20 tenants of a pool that have most; the rest under tenant _other");
  for (const TenantDepth& depth : depths.tenants) {
    const std::string tenant = depth.tenant.empty() ? "_other" : depth.tenant;
    tenants.samples.push_back({{{"pool", depth.pool}, {"tenant", tenant}}, Count(depth.ready)});
  }
  for (MetricSamples* family : {&dead, &ending, &rollbacks, &tenants}) {
    families->push_back(std::move(*family));
  }
}

const char* StateOf(const ExecutorInfo& executor) {
  if (!executor.alive) return "lost";
  return executor.draining ? "draining" : "serving";
}

// Slots of executors that are alive; those that drain take no new work but may still be busy.
void AddExecutors(const QueueSample& sample, std::vector<MetricSamples>* families) {
  struct Pool {
    std::map<std::string, int64_t> states = {{"serving", 0}, {"draining", 0}, {"lost", 0}};
    int64_t slots = 0;
    int64_t busy = 0;
  };
  std::map<std::string, Pool> pools;
  for (const PoolStats& pool : sample.pools) pools[pool.pool];
  for (const ExecutorInfo& executor : sample.executors) {
    Pool& pool = pools[executor.pool];
    ++pool.states[StateOf(executor)];
    if (!executor.alive) continue;
    pool.slots += executor.slots;
    pool.busy += executor.busy;
  }
  MetricSamples count = Gauge("lif_executors",
                              "Registered executors by pool and state: serving, draining, lost "
                              "(not heard from for three leases)");
  MetricSamples slots = Gauge("lif_slots", "Slots of the executors that are alive");
  MetricSamples busy = Gauge("lif_slots_busy", "Slots of live executors that hold a job");
  for (const auto& [name, pool] : pools) {
    for (const auto& [state, number] : pool.states) {
      count.samples.push_back({{{"pool", name}, {"state", state}}, Count(number)});
    }
    slots.samples.push_back({{{"pool", name}}, Count(pool.slots)});
    busy.samples.push_back({{{"pool", name}}, Count(pool.busy)});
  }
  for (MetricSamples* family : {&count, &slots, &busy}) families->push_back(std::move(*family));
}

void AddHeartbeats(const QueueSample& sample, std::vector<MetricSamples>* families) {
  std::vector<const ExecutorInfo*> newest;
  for (const ExecutorInfo& executor : sample.executors) newest.push_back(&executor);
  std::sort(newest.begin(), newest.end(), [](const ExecutorInfo* a, const ExecutorInfo* b) {
    return a->heartbeat > b->heartbeat;
  });
  if (newest.size() > kMaxExecutors) newest.resize(kMaxExecutors);
  MetricSamples ages = Gauge("lif_executor_heartbeat_age_seconds",
                             "Time since the queue last heard from an executor");
  for (const ExecutorInfo* executor : newest) {
    const absl::Duration age = std::max(sample.at - executor->heartbeat, absl::ZeroDuration());
    ages.samples.push_back(
        {{{"executor", executor->id}, {"pool", executor->pool}}, absl::ToDoubleSeconds(age)});
  }
  families->push_back(std::move(ages));
}

}  // namespace

std::vector<MetricSamples> QueueSamples(const QueueSample& sample) {
  std::vector<MetricSamples> families;
  AddPools(sample, &families);
  AddDepths(sample.depths, &families);
  AddExecutors(sample, &families);
  AddHeartbeats(sample, &families);
  return families;
}

QueueSampler::QueueSampler(JobQueue& queue, ReadDepths depths, Clock& clock)
    : read_(
          [&queue, depths = std::move(depths), &clock] { return ReadQueue(queue, depths, clock); },
          clock, kMaxAge) {}

std::vector<MetricSamples> QueueSampler::Samples() {
  const auto answer = read_.Get(kPatience);
  const bool usable = answer.value && answer.value->ok() && answer.age < kStale;
  std::vector<MetricSamples> families;
  if (usable) families = QueueSamples(**answer.value);
  MetricSamples sampled = Gauge("lif_queue_sampled",
                                "1 when the queue's gauges are of the last seconds, 0 when it is "
                                "away and they are absent");
  sampled.samples.push_back({{}, usable ? 1.0 : 0.0});
  families.push_back(std::move(sampled));
  return families;
}

}  // namespace lif
