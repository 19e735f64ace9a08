#include "controlplane/queue_sample.h"

#include <future>
#include <map>

#include "absl/strings/str_cat.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/memory_job_queue.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

// "name{label=value,…}" → value, as a scrape would show it.
std::map<std::string, double> Flat(const std::vector<MetricSamples>& families) {
  std::map<std::string, double> flat;
  for (const MetricSamples& family : families) {
    for (const MetricSample& sample : family.samples) {
      std::string name = family.name + "{";
      for (const auto& [label, value] : sample.labels)
        absl::StrAppend(&name, label, "=", value, ",");
      if (name.back() == ',') name.pop_back();
      flat[name + "}"] = sample.value;
    }
  }
  return flat;
}

ExecutorInfo Executor(const std::string& id, int busy, bool alive, bool draining = false) {
  ExecutorInfo executor;
  executor.id = id;
  executor.pool = "amd64";
  executor.slots = 4;
  executor.busy = busy;
  executor.alive = alive;
  executor.draining = draining;
  executor.heartbeat = absl::FromUnixSeconds(1000);
  return executor;
}

TEST_CASE("a sample of the queue becomes gauges", "[metrics]") {
  QueueSample sample;
  sample.at = absl::FromUnixSeconds(1007);
  sample.pools = {{.pool = "amd64",
                   .ready = 5,
                   .active = 3,
                   .waiting = 2,
                   .delayed = 1,
                   .oldest_ready = absl::Seconds(90)},
                  {.pool = "gpu", .ready = 1}};
  sample.executors = {Executor("a", 3, true), Executor("b", 1, true, true),
                      Executor("c", 4, false)};
  sample.depths = {2, 1, 3, {{"amd64", "team-a", 4}, {"amd64", "", 7}}};
  const auto flat = Flat(QueueSamples(sample));
  CHECK(flat.at("lif_queue_jobs{pool=amd64,state=ready}") == 5);
  CHECK(flat.at("lif_queue_jobs{pool=amd64,state=active}") == 3);
  CHECK(flat.at("lif_queue_jobs{pool=amd64,state=waiting}") == 2);
  CHECK(flat.at("lif_queue_jobs{pool=amd64,state=delayed}") == 1);
  CHECK(flat.at("lif_queue_oldest_ready_age_seconds{pool=amd64}") == 90);
  CHECK(flat.at("lif_queue_oldest_ready_age_seconds{pool=gpu}") == 0);
  CHECK(flat.at("lif_executors{pool=amd64,state=serving}") == 1);
  CHECK(flat.at("lif_executors{pool=amd64,state=draining}") == 1);
  CHECK(flat.at("lif_executors{pool=amd64,state=lost}") == 1);
  // An alert on a pool that nobody serves needs the zero.
  CHECK(flat.at("lif_executors{pool=gpu,state=serving}") == 0);
  CHECK(flat.at("lif_slots{pool=amd64}") == 8);
  CHECK(flat.at("lif_slots_busy{pool=amd64}") == 4);
  CHECK(flat.at("lif_executor_heartbeat_age_seconds{executor=a,pool=amd64}") == 7);
  CHECK(flat.at("lif_queue_dead_letters{}") == 2);
  CHECK(flat.at("lif_queue_ending_jobs{}") == 1);
  CHECK(flat.at("lif_queue_rollbacks{}") == 3);
  CHECK(flat.at("lif_queue_tenant_ready_jobs{pool=amd64,tenant=team-a}") == 4);
  CHECK(flat.at("lif_queue_tenant_ready_jobs{pool=amd64,tenant=_other}") == 7);
}

TEST_CASE("heartbeats of a large fleet are bounded, the newest first", "[metrics]") {
  QueueSample sample;
  sample.at = absl::FromUnixSeconds(2000);
  for (int i = 0; i < 1000; ++i) {
    sample.executors.push_back(Executor(absl::StrCat("executor-", i), 0, true));
    sample.executors.back().heartbeat = absl::FromUnixSeconds(1000 + i);
  }
  const auto flat = Flat(QueueSamples(sample));
  CHECK(flat.count("lif_executor_heartbeat_age_seconds{executor=executor-999,pool=amd64}") == 1);
  CHECK(flat.count("lif_executor_heartbeat_age_seconds{executor=executor-800,pool=amd64}") == 1);
  CHECK(flat.count("lif_executor_heartbeat_age_seconds{executor=executor-799,pool=amd64}") == 0);
  CHECK(flat.at("lif_slots{pool=amd64}") == 4000);
}

TEST_CASE("while the queue is away its gauges are absent, and that is told", "[metrics]") {
  FakeClock clock;
  MemoryJobQueue queue(&clock);
  QueueSampler sampler(
      queue, [] { return QueueDepths(); }, clock);
  CHECK(Flat(sampler.Samples()).at("lif_queue_sampled{}") == 1);
  queue.SetAway(absl::UnavailableError("Redis is away"));
  CHECK(Flat(sampler.Samples()).at("lif_queue_sampled{}") == 1);  // still fresh
  clock.Advance(absl::Seconds(3));
  const auto away = Flat(sampler.Samples());
  CHECK(away.at("lif_queue_sampled{}") == 0);
  CHECK(away.size() == 1);
}

TEST_CASE("a queue that hangs does not hang the scrape", "[metrics]") {
  FakeClock clock;
  MemoryJobQueue queue(&clock);
  std::promise<void> go;
  std::shared_future<void> gone = go.get_future().share();
  QueueSampler sampler(
      queue,
      [gone] {
        gone.wait();
        return QueueDepths();
      },
      clock);
  CHECK(Flat(sampler.Samples()).at("lif_queue_sampled{}") == 0);
  go.set_value();
}

}  // namespace
}  // namespace lif
