// What operators allow tenants, and what they see of them, on a private Redis.
#include "absl/strings/str_cat.h"
#include "common/queue/redis_queue_admin.h"
#include "tests/contracts/queue_steps.h"
#include "tests/integration/queue/admin_harness.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("tenants: quotas") {
  AdminHarness queue;
  SECTION("queued") {
    REQUIRE(queue.admin().SetTenantPolicy("t", {1, 3, 0}).ok());
    MustSubmit(queue, TestRequest(ManyJobs("a", 2), "t"));
    const absl::Status refused = queue.jobs().Submit(TestRequest(ManyJobs("b", 2), "t")).status();
    REQUIRE(absl::IsResourceExhausted(refused));
    REQUIRE(refused.message().find("tenant t has 2 of 3 jobs") == 0);
    // Others are free, and joining what it waits for already costs nothing.
    MustSubmit(queue, TestRequest(ManyJobs("b", 2), "other"));
    MustSubmit(queue, TestRequest(ManyJobs("a", 2), "t"));
    MustSubmit(queue, TestRequest(ManyJobs("c", 1), "t"));
    REQUIRE(queue.admin().GetTenantUsage("t")->queued == 3);
    for (int i = 0; i < 5; ++i) MustComplete(queue, ClaimOne(queue), "compatible");
    REQUIRE(queue.admin().GetTenantUsage("t")->queued == 0);
    REQUIRE(queue.admin().GetTenantUsage("t")->policy.max_queued == 3);
  }
  SECTION("running") {
    REQUIRE(queue.admin().SetTenantPolicy("t", {1, 0, 2}).ok());
    const auto outcomes = MustSubmit(queue, TestRequest(ManyJobs("a", 4), "t"));
    const ClaimedJob first = ClaimOne(queue);
    ClaimOne(queue);
    REQUIRE(!MustClaim(queue).has_value());
    REQUIRE(queue.admin().GetTenantUsage("t")->running == 2);
    for (const SubmitOutcome& outcome : outcomes) {
      if (MustGet(queue, outcome.build_id).state != JobState::kReady) continue;
      Beat(queue, {});
      REQUIRE(queue.admin().Explain(outcome.build_id)->text ==
              "tenant t runs all 2 jobs that it may");
    }
    queue.RequireSound(4);
    MustComplete(queue, first, "compatible");
    ClaimOne(queue);
    REQUIRE(!MustClaim(queue).has_value());
    REQUIRE(queue.admin().SetTenantPolicy("t", {1, 0, 0}).ok());
    ClaimOne(queue);
    queue.RequireSound(4);
  }
  SECTION("refused values") {
    REQUIRE(absl::IsInvalidArgument(queue.admin().SetTenantPolicy("t", {0, 0, 0})));
    REQUIRE(absl::IsInvalidArgument(queue.admin().SetTenantPolicy("t", {1, -1, 0})));
    REQUIRE(absl::IsInvalidArgument(queue.admin().SetTenantPolicy("a:b", {1, 0, 0})));
  }
}

// Else who comes next, at the time of the pick, would stand behind an equal that was passed over.
TEST_CASE("tenants: of equals the first by name is next, also before one whose bound is stale") {
  AdminHarness queue;
  for (const char* tenant : {"early", "late"}) {
    MustSubmit(queue, TestRequest(ManyJobs(tenant, 2), tenant));
    queue.Redis({"HSET", queue.Key(absl::StrCat("tenant:", tenant)), "u:amd64", "1000 0 0"});
  }
  queue.Redis({"ZADD", queue.Key("ten:amd64"), "XX", "1000", "early", "500", "late"});
  REQUIRE(ClaimOne(queue).tenant == "early");
  MustSubmit(queue, TestRequest(ManyJobs("a", 1), "any"));
  REQUIRE(ClaimOne(queue).tenant == "any");
  REQUIRE(ClaimOne(queue).tenant == "late");
  queue.RequireSound(5);
}

TEST_CASE("tenants: who they are, what they may have and what they have") {
  AdminHarness queue;
  REQUIRE(queue.admin().ListTenants(10)->empty());
  REQUIRE(queue.admin().SetTenantPolicy("team-b", {2.5, 1000, 1}).ok());
  MustSubmit(queue, TestRequest(ManyJobs("a", 3), "team-a"));
  MustSubmit(queue, TestRequest(ManyJobs("a", 2), "team-b"));  // waits for two of them
  const ClaimedJob job = ClaimOne(queue);
  auto tenants = queue.admin().ListTenants(10);
  REQUIRE(tenants->size() == 2);
  const TenantStatus a = (*tenants)[0];
  const TenantStatus b = (*tenants)[1];
  REQUIRE(a.tenant == "team-a");
  REQUIRE(b.tenant == "team-b");
  REQUIRE(a.usage.queued == 3);
  REQUIRE(b.usage.queued == 2);
  REQUIRE(a.usage.policy.weight == 1);
  REQUIRE(b.usage.policy.weight == 2.5);
  REQUIRE(b.usage.policy.max_queued == 1000);
  REQUIRE(b.usage.policy.max_running == 1);
  REQUIRE(a.pools.at("amd64").ready == 2);
  REQUIRE(b.pools.at("amd64").ready == 1);
  // It runs on the account of one.
  REQUIRE(a.usage.running + b.usage.running == 1);
  const TenantStatus& charged = job.tenant == "team-a" ? a : b;
  REQUIRE(charged.usage.running == 1);
  REQUIRE(charged.pools.at("amd64").running == 1);
  MustComplete(queue, job, "compatible");
  while (auto next = MustClaim(queue)) MustComplete(queue, *next, "compatible");
  // Who has neither jobs nor a policy is forgotten.
  tenants = queue.admin().ListTenants(10);
  REQUIRE(tenants->size() == 1);
  REQUIRE((*tenants)[0].tenant == "team-b");
  REQUIRE((*tenants)[0].usage.queued == 0);
  REQUIRE((*tenants)[0].pools.empty());
  REQUIRE(queue.admin().GetTenantUsage("team-a")->running == 0);
  queue.RequireSound(3);
}

TEST_CASE("tenants: many, a page at a time") {
  AdminHarness queue;
  for (int i = 0; i < 45; ++i) {
    REQUIRE(queue.admin().SetTenantPolicy(absl::StrCat("t-", 10 + i), {1, 0, 0}).ok());
  }
  REQUIRE(queue.admin().ListTenants(1000)->size() == 45);
  REQUIRE(queue.admin().ListTenants(1000)->back().tenant == "t-54");
  REQUIRE(queue.admin().ListTenants(41)->back().tenant == "t-50");
  REQUIRE(absl::IsInvalidArgument(queue.admin().ListTenants(0).status()));
}

}  // namespace
}  // namespace lif
