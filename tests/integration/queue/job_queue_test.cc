// The contracts on Redis.
#include "common/queue/redis_build_log.h"
#include "tests/contracts/job_queue_contract.h"
#include "tests/integration/queue/redis_harness.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

std::unique_ptr<QueueHarness> Make() {
  return std::make_unique<RedisHarness>();
}

TEST_CASE("redis queue: submit") {
  SubmitContract(Make);
}
TEST_CASE("redis queue: leases") {
  LeaseContract(Make);
}
TEST_CASE("redis queue: retries") {
  RetryContract(Make);
}
TEST_CASE("redis queue: edges") {
  EdgeContract(Make);
}
TEST_CASE("redis queue: cancel") {
  CancelContract(Make);
}
TEST_CASE("redis queue: fairness") {
  FairnessContract(Make);
}
TEST_CASE("redis queue: fleet") {
  FleetContract(Make);
}

TEST_CASE("redis build log") {
  static SystemClock clock;
  BuildLogContract([] {
    return std::make_unique<RedisBuildLog>(
        RedisBuildLogOptions{SharedRedis().options(), NewFactory()}, &clock);
  });
}

}  // namespace
}  // namespace lif
