#include "common/queue/redis_queue_depths.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "tests/contracts/queue_steps.h"
#include "tests/integration/queue/admin_harness.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

QueueDepths MustRead(RedisQueueDepths& reader) {
  const auto depths = reader.Read();
  INFO(depths.status().ToString());
  REQUIRE(depths.ok());
  return *depths;
}

TEST_CASE("depths: tenants are told up to a bound, and the rest in one") {
  AdminHarness queue;
  SystemClock clock;
  RedisQueueDepths reader(SharedRedis().options(), queue.factory(), &clock);
  CHECK(MustRead(reader).tenants.empty());
  constexpr int kTenants = 23;
  for (int i = 0; i < kTenants; ++i) {
    std::vector<JobSpec> jobs;
    for (int k = 0; k <= i; ++k) jobs.push_back(TestJob(absl::StrCat("t", i, "-", k)));
    MustSubmit(queue, TestRequest(jobs, absl::StrCat("tenant-", i)));
  }
  const QueueDepths depths = MustRead(reader);
  REQUIRE(depths.tenants.size() == 21);
  for (int i = 0; i < 20; ++i) {
    const TenantDepth& depth = depths.tenants[static_cast<size_t>(i)];
    CHECK(depth.pool == "amd64");
    CHECK(depth.tenant == absl::StrCat("tenant-", kTenants - 1 - i));
    CHECK(depth.ready == kTenants - i);
  }
  CHECK(depths.tenants.back().tenant.empty());
  CHECK(depths.tenants.back().ready == 1 + 2 + 3);
  CHECK(depths.dead_letters == 0);
}

TEST_CASE("depths: dead letters, and ends that want a record") {
  AdminHarness queue;
  SystemClock clock;
  RedisQueueDepths reader(SharedRedis().options(), queue.factory(), &clock);
  MustSubmit(queue, TestRequest({TestJob("a")}));
  for (int crash = 0; crash < 3; ++crash) {
    ClaimOne(queue);
    LoseLeases(queue);
  }
  CHECK(MustRead(reader).dead_letters == 1);
  CHECK(MustRead(reader).ending == 1);
  MustComplete(queue, ClaimOne(queue), "error");
  CHECK(MustRead(reader).ending == 0);
  CHECK(MustRead(reader).dead_letters == 1);
  REQUIRE(queue.admin().DropDeadLetter(TestJobId("a")).ok());
  CHECK(MustRead(reader).dead_letters == 0);
}

}  // namespace
}  // namespace lif
