#include "tests/contracts/queue_steps.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

void Registered(QueueHarness& queue) {
  ExecutorInfo info;
  info.id = "ex-7";
  info.pool = "amd64";
  info.platform = "linux/amd64";
  info.capabilities = {"gpu", "big"};
  info.gpus = {"NVIDIA H200", "NVIDIA H200"};
  info.recipe = "stitch=1 network=default";
  info.version = "0.1.0";
  info.host = "builder-7";
  info.slots = 4;
  info.busy = 1;
  info.started = absl::FromUnixMillis(1700000000123);
  REQUIRE(queue.work().Heartbeat(info, {}, queue.lease()).ok());

  auto executors = queue.jobs().ListExecutors();
  REQUIRE(executors->size() == 1);
  const ExecutorInfo seen = (*executors)[0];
  REQUIRE(seen.id == "ex-7");
  REQUIRE(seen.platform == "linux/amd64");
  REQUIRE(seen.capabilities == info.capabilities);
  REQUIRE(seen.gpus == info.gpus);
  REQUIRE(seen.recipe == info.recipe);
  REQUIRE(seen.version == "0.1.0");
  REQUIRE(seen.host == "builder-7");
  REQUIRE(seen.slots == 4);
  REQUIRE(seen.busy == 1);
  REQUIRE(!seen.draining);
  REQUIRE(seen.started == info.started);
  REQUIRE(seen.alive);

  SECTION("silence") {
    queue.Pass(3 * queue.lease() + absl::Milliseconds(20));
    REQUIRE(!(*queue.jobs().ListExecutors())[0].alive);
  }
  SECTION("a clean exit") {
    REQUIRE(queue.work().Unregister("ex-7").ok());
    REQUIRE(queue.jobs().ListExecutors()->empty());
  }
}

void OneIdentity(QueueHarness& queue) {
  ExecutorInfo first;
  first.id = "ex-1";
  first.pool = "amd64";
  first.host = "one";
  first.started = absl::FromUnixMillis(1700000000000);
  ExecutorInfo second = first;
  second.host = "two";
  second.started += absl::Seconds(1);
  REQUIRE(queue.work().Heartbeat(first, {}, queue.lease()).ok());
  // The one that started later has the name, as after a restart.
  REQUIRE(queue.work().Heartbeat(second, {}, queue.lease()).ok());
  const absl::Status refused = queue.work().Heartbeat(first, {}, queue.lease()).status();
  REQUIRE(absl::IsAlreadyExists(refused));
  REQUIRE(refused.message().find("host two") != std::string::npos);
  queue.Pass(3 * queue.lease() + absl::Milliseconds(20));
  REQUIRE(queue.work().Heartbeat(first, {}, queue.lease()).ok());
}

void Draining(QueueHarness& queue) {
  REQUIRE(absl::IsNotFound(queue.jobs().RequestDrain("ex-1", true)));
  MustSubmit(queue, TestRequest({TestJob("a")}));
  REQUIRE(!Beat(queue, {}).drain);
  REQUIRE(queue.jobs().RequestDrain("ex-1", true).ok());
  REQUIRE(Beat(queue, {}).drain);
  REQUIRE((*queue.jobs().ListExecutors())[0].draining);
  REQUIRE(!MustClaim(queue, "ex-1").has_value());
  REQUIRE(queue.jobs().RequestDrain("ex-1", false).ok());
  REQUIRE(!Beat(queue, {}).drain);
  REQUIRE(MustClaim(queue, "ex-1").has_value());
}

void Pools(QueueHarness& queue) {
  REQUIRE(queue.jobs().ListPools()->empty());
  Beat(queue, {});
  MustSubmit(queue, TestRequest({TestJob("a"), TestJob("b"), TestJob("c", {"a"}),
                                 TestJob("d", {}, "arm64")}));
  const ClaimedJob job = ClaimOne(queue);
  auto pools = queue.jobs().ListPools();
  REQUIRE(pools->size() == 2);
  const PoolStats amd64 = (*pools)[0];
  REQUIRE(amd64.pool == "amd64");
  REQUIRE(amd64.ready == 1);
  REQUIRE(amd64.active == 1);
  REQUIRE(amd64.waiting == 1);
  REQUIRE(amd64.delayed == 0);
  REQUIRE(amd64.executors == 1);
  REQUIRE(amd64.slots == 2);
  REQUIRE((*pools)[1].pool == "arm64");
  REQUIRE((*pools)[1].ready == 1);
  REQUIRE((*pools)[1].executors == 0);

  queue.Pass(absl::Milliseconds(30));
  REQUIRE((*queue.jobs().ListPools())[1].oldest_ready >= absl::Milliseconds(25));
  REQUIRE(queue.work().Fail(LeaseOf(job), {FailureClass::kTransient, "x"})->will_retry);
  REQUIRE((*queue.jobs().ListPools())[0].active == 0);
  REQUIRE((*queue.jobs().ListPools())[0].delayed == 1);
}

void Bell(QueueHarness& queue) {
  MustSubmit(queue, TestRequest({TestJob("a")}));
  REQUIRE(queue.work().WaitForBell("amd64", absl::Milliseconds(1)).ok());
}

}  // namespace

void FleetContract(const MakeQueueHarness& make) {
  std::unique_ptr<QueueHarness> queue = make();
  SECTION("executors") {
    Registered(*queue);
  }
  SECTION("two executors with one identity") {
    OneIdentity(*queue);
  }
  SECTION("drain") {
    Draining(*queue);
  }
  SECTION("pools") {
    Pools(*queue);
  }
  SECTION("bell") {
    Bell(*queue);
  }
}

}  // namespace lif
