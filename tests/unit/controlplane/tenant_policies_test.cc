#include "controlplane/tenant_policies.h"

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/memory_queue_admin.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("tenant policies are read from lines", "[tenants]") {
  const auto policies =
      ParseTenantPolicies({"team-a weight=2.5 queued=1000 running=4", "team-b  running=1"});
  REQUIRE(policies.ok());
  REQUIRE(policies->size() == 2);
  CHECK((*policies)[0].first == "team-a");
  CHECK((*policies)[0].second.weight == 2.5);
  CHECK((*policies)[0].second.max_queued == 1000);
  CHECK((*policies)[0].second.max_running == 4);
  CHECK((*policies)[1].second.weight == 1);
  CHECK((*policies)[1].second.max_queued == 0);
  CHECK((*policies)[1].second.max_running == 1);
  for (const char* wrong : {"", "Team", "weight=2", "a weight=0", "a weight=101", "a weight=nan",
                            "a queued=-1", "a running=x", "a running", "a speed=1", "a b=1=2"}) {
    INFO(wrong);
    const absl::Status status = ParseTenantPolicies({wrong}).status();
    CHECK(absl::IsInvalidArgument(status));
    CHECK(std::string(status.message()).find("--tenant '") == 0);
  }
  CHECK(absl::IsInvalidArgument(ParseTenantPolicies({"a", "a weight=2"}).status()));
}

TEST_CASE("tenant policies are written again, so that an emptied queue has them", "[tenants]") {
  FakeClock clock;
  MemoryJobQueue queue(&clock);
  MemoryQueueAdmin admin(queue);
  TenantPolicies policies(*ParseTenantPolicies({"a weight=3 queued=5"}), admin, clock,
                          NullLogger());
  queue.SetAway(absl::UnavailableError("away"));
  policies.ApplyWhenDue();
  queue.SetAway(absl::OkStatus());
  policies.ApplyWhenDue();
  CHECK(admin.GetTenantUsage("a")->policy.weight == 3);
  REQUIRE(admin.SetTenantPolicy("a", {}).ok());
  policies.ApplyWhenDue();
  CHECK(admin.GetTenantUsage("a")->policy.weight == 1);
  clock.Advance(absl::Minutes(1));
  policies.ApplyWhenDue();
  CHECK(admin.GetTenantUsage("a")->policy.weight == 3);
  CHECK(admin.GetTenantUsage("a")->policy.max_queued == 5);
}

}  // namespace
}  // namespace lif
