#include <map>

#include "absl/strings/str_cat.h"
#include "tests/contracts/queue_steps.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

void SubmitMany(QueueHarness& queue, const std::string& tenant, int count) {
  std::vector<JobSpec> jobs;
  for (int i = 0; i < count; ++i) jobs.push_back(TestJob(absl::StrCat(tenant, "-", i)));
  MustSubmit(queue, TestRequest(jobs, tenant));
}

// The order of submits holds from one millisecond to the next.
void SubmitNext(QueueHarness& queue, const std::string& name, const std::string& tenant,
                int priority) {
  MustSubmit(queue, TestRequest({TestJob(name)}, tenant, priority));
  queue.Pass(absl::Milliseconds(2));
}

void Priorities(QueueHarness& queue) {
  SubmitNext(queue, "low", "t", -5);
  SubmitNext(queue, "usual", "t", 0);
  SubmitNext(queue, "high", "t", 5);
  SubmitNext(queue, "later", "t", 0);
  for (const char* name : {"high", "usual", "later", "low"}) {
    REQUIRE(ClaimOne(queue).spec.manifest_id == name);
  }
}

void Raised(QueueHarness& queue) {
  SubmitNext(queue, "a", "t", 0);
  SubmitNext(queue, "b", "t", 0);
  SECTION("by the same tenant") {
    MustSubmit(queue, TestRequest({TestJob("b")}, "t", 5));
  }
  SECTION("by another, which is next in turn") {
    const ClaimedJob first = ClaimOne(queue);
    REQUIRE(first.spec.manifest_id == "a");
    MustSubmit(queue, TestRequest({TestJob("c")}, "t", 9));
    MustSubmit(queue, TestRequest({TestJob("b")}, "other", 0));
    const ClaimedJob joined = ClaimOne(queue);
    REQUIRE(joined.spec.manifest_id == "b");
    REQUIRE(joined.tenant == "other");
    return;
  }
  REQUIRE(ClaimOne(queue).spec.manifest_id == "b");
  REQUIRE(ClaimOne(queue).spec.manifest_id == "a");
  REQUIRE(!MustClaim(queue).has_value());
}

void Alternates(QueueHarness& queue) {
  SubmitMany(queue, "big", 60);
  for (int i = 0; i < 10; ++i) MustComplete(queue, ClaimOne(queue), "compatible");
  SubmitMany(queue, "small", 5);
  // Whoever comes back from idleness is next, and then they take turns.
  REQUIRE(ClaimOne(queue).tenant == "small");
  std::map<std::string, int> claims;
  for (int i = 0; i < 8; ++i) {
    const ClaimedJob job = ClaimOne(queue);
    claims[job.tenant] += 1;
    if (i % 2 == 0) MustComplete(queue, job, "compatible");
  }
  REQUIRE(claims["small"] == 4);
  REQUIRE(claims["big"] == 4);
}

void AloneNotSlowed(QueueHarness& queue) {
  SubmitMany(queue, "only", 10);
  for (int i = 0; i < 10; ++i) REQUIRE(ClaimOne(queue).tenant == "only");
  REQUIRE(!MustClaim(queue).has_value());
}

}  // namespace

void FairnessContract(const MakeQueueHarness& make) {
  std::unique_ptr<QueueHarness> queue = make();
  SECTION("higher priority first, then the order of submits") {
    Priorities(*queue);
  }
  SECTION("a priority can be raised") {
    Raised(*queue);
  }
  SECTION("tenants take turns") {
    Alternates(*queue);
  }
  SECTION("a tenant alone gets all") {
    AloneNotSlowed(*queue);
  }
}

}  // namespace lif
