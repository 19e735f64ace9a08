// lif executors and lif queues.
#include <nlohmann/json.hpp>

#include "tests/support/catch.h"
#include "tests/unit/cli/fake_factory.h"

namespace lif {
namespace {

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("executors and queues: tables, and what to do when there are none") {
  FakeFactory factory;
  CHECK(Has(factory.Run({"executors"}).err, "no executor is registered"));
  v1::ExecutorStatus* executor = factory.fleet.executors.add_executors();
  executor->set_id("executor-1");
  executor->set_pool("amd64");
  executor->set_slots(2);
  executor->set_lost(true);
  CHECK(Has(factory.Run({"executors"}).out, "executor-1  amd64  lost     0/2\n"));

  v1::PoolStatus* pool = factory.fleet.pools.add_pools();
  pool->set_name("amd64");
  pool->set_ready(3);
  pool->mutable_oldest_ready_age()->set_seconds(70);
  CHECK(Has(factory.Run({"queues"}).out, "amd64      3        0        0        0  1m 10s"));
  const auto json = nlohmann::json::parse(factory.Run({"queues", "--output", "json"}).out);
  CHECK(json["pools"][0]["oldest_ready_age"] == 70.0);
}

TEST_CASE("queues: whose jobs wait and run, and what each tenant may have") {
  FakeFactory factory;
  factory.fleet.pools.add_pools()->set_name("amd64");
  CHECK(!Has(factory.Run({"queues"}).out, "TENANT"));
  v1::TenantStatus* free = factory.fleet.pools.add_tenants();
  free->set_name("default");
  free->set_weight(1);
  free->set_queued(3);
  v1::TenantStatus* bound = factory.fleet.pools.add_tenants();
  bound->set_name("team-a");
  bound->set_weight(2.5);
  bound->set_max_queued(1000);
  bound->set_max_running(4);
  bound->set_queued(14);
  bound->set_running(4);
  for (const char* pool : {"amd64", "gpu"}) {
    v1::TenantShare* share = bound->add_shares();
    share->set_pool(pool);
    share->set_ready(pool == std::string("amd64") ? 10 : 0);
    share->set_running(2);
  }
  CHECK(Has(factory.Run({"queues"}).out,
            "TENANT   WEIGHT      QUEUED  RUNNING  READY IN  RUNS IN\n"
            "default       1           3        0  -         -\n"
            "team-a      2.5  14 of 1000   4 of 4  amd64 10  amd64 2, gpu 2\n"));
  const auto json = nlohmann::json::parse(factory.Run({"queues", "--output", "json"}).out);
  CHECK(json["tenants"][1]["max_running"] == 4);
  CHECK(json["tenants"][1]["shares"][1]["running"] == 2);
}

}  // namespace
}  // namespace lif
