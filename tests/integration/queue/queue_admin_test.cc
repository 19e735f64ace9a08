// Operators' side: dead letters, tenants, checks and reasons, on a private Redis.
#include "common/queue/redis_queue_admin.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "common/base/ids.h"
#include "tests/contracts/queue_steps.h"
#include "tests/integration/queue/admin_harness.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("queue admin: dead letters") {
  AdminHarness queue;
  const std::string build_id = MustSubmit(queue, TestRequest({TestJob("a")}))[0].build_id;
  for (int crash = 0; crash < 3; ++crash) {
    ClaimOne(queue);
    LoseLeases(queue);
  }
  auto letters = queue.admin().ListDeadLetters("", 10);
  REQUIRE(letters->size() == 1);
  REQUIRE((*letters)[0].job.spec.build_id == build_id);
  REQUIRE((*letters)[0].reason.find("each of 3 executors") == 0);
  REQUIRE(absl::AbsDuration((*letters)[0].died - queue.Now()) < absl::Seconds(5));
  REQUIRE(queue.admin().ListDeadLetters("arm64", 10)->empty());
  REQUIRE(queue.admin().GetDeadLetter(TestJobId("a"))->job.spec.build_id == build_id);
  REQUIRE(queue.admin().CountTotals()->dead_letters == 1);
  REQUIRE(queue.admin().CountTotals()->awaiting_record == 1);
  MustComplete(queue, ClaimOne(queue), "error");
  REQUIRE(queue.admin().ListDeadLetters("amd64", 10)->size() == 1);
  queue.RequireSound(1);

  REQUIRE(queue.admin().DropDeadLetter(TestJobId("a")).ok());
  REQUIRE(absl::IsNotFound(queue.admin().DropDeadLetter(TestJobId("a"))));
  REQUIRE(queue.admin().ListDeadLetters("", 10)->empty());
  REQUIRE(absl::IsNotFound(queue.admin().GetDeadLetter(TestJobId("a")).status()));
  REQUIRE(queue.admin().CountTotals()->dead_letters == 0);
  REQUIRE(queue.admin().CountTotals()->awaiting_record == 0);
  REQUIRE(!MustGet(queue, build_id).dead);
  queue.RequireSound(1);
}

TEST_CASE("queue admin: shares follow weights") {
  // One slot is where the order by running jobs alone would starve the lighter tenant.
  const int slots = GENERATE(1, 12);
  AdminHarness queue;
  REQUIRE(queue.admin().SetTenantPolicy("one", {1, 0, 0}).ok());
  REQUIRE(queue.admin().SetTenantPolicy("three", {3, 0, 0}).ok());
  constexpr int kDispatches = 400;
  for (int at = 0; at < kDispatches; at += 50) {
    for (const char* tenant : {"one", "three"}) {
      MustSubmit(queue, TestRequest(ManyJobs(absl::StrCat(tenant, at), 50), tenant));
    }
  }
  std::map<std::string, int> dispatched;
  std::vector<ClaimedJob> running;
  for (int i = 0; i < kDispatches; ++i) {
    running.push_back(ClaimOne(queue));
    dispatched[running.back().tenant] += 1;
    if (running.size() < static_cast<size_t>(slots)) continue;
    MustComplete(queue, running.front(), "compatible");
    running.erase(running.begin());
  }
  const double share = static_cast<double>(dispatched["three"]) / kDispatches;
  REQUIRE(share > 0.75 * 0.9);
  REQUIRE(share < 0.75 * 1.1);
}

TEST_CASE("queue admin: why a build waits") {
  AdminHarness queue;
  const std::string layer = MustSubmit(queue, TestRequest({TestJob("layer")}))[0].build_id;
  queue.Pass(absl::Milliseconds(2));
  const std::string image =
      MustSubmit(queue, TestRequest({TestJob("image", {"layer"})}))[0].build_id;
  const std::string second = MustSubmit(queue, TestRequest({TestJob("second")}))[0].build_id;
  REQUIRE(absl::IsNotFound(queue.admin().Explain("01UNKNOWN").status()));
  REQUIRE(queue.admin().Explain(layer)->text ==
          "no registered executor serves pool amd64; start one with --pool amd64");
  Beat(queue, {});
  REQUIRE(queue.admin().Explain(layer)->ahead == 0);
  REQUIRE(queue.admin().Explain(layer)->text ==
          "next of tenant default; waits for a free slot in pool amd64");
  REQUIRE(queue.admin().Explain(second)->ahead == 1);
  REQUIRE(queue.admin().Explain(second)->text == "behind 1 job of tenant default in pool amd64");

  const ClaimedJob job = ClaimOne(queue);
  REQUIRE(queue.admin().Explain(layer)->text.empty());
  REQUIRE(queue.admin().Explain(image)->text == absl::StrCat("waits for 1 of its layers: image ",
                                                             layer,
                                                             " (layer, active on executor ex-1)"));
  REQUIRE(queue.work().Fail(LeaseOf(job), {FailureClass::kTransient, "x"})->will_retry);
  const std::string retry = queue.admin().Explain(layer)->text;
  REQUIRE(retry.find("attempt 2 of 3 begins at 20") == 0);
  REQUIRE(retry.find(", because attempt 1 failed: x") != std::string::npos);
  REQUIRE(queue.jobs().Cancel(second, "").ok());
  REQUIRE(queue.admin().Explain(second)->text ==
          "it has ended; an executor of any pool will write its record");
}

TEST_CASE("queue admin: a check finds what someone broke by hand") {
  AdminHarness queue;
  MustSubmit(queue, TestRequest({TestJob("a"), TestJob("b"), TestJob("c", {"a"})}));
  const ClaimedJob job = ClaimOne(queue);
  queue.RequireSound(3);
  std::string invariant;
  SECTION("a lease is gone") {
    queue.Redis({"ZREM", queue.Key("lease"), job.spec.job_id});
    invariant = "indexed-by-state";
  }
  SECTION("a job in two indexes") {
    queue.Redis({"ZADD", queue.Key("delay"), "1", job.spec.job_id});
    invariant = "indexed-once";
  }
  SECTION("a ready set without the job") {
    queue.Redis({"DEL", queue.Key("rdy:amd64:default")});
    invariant = "ready-set";
  }
  SECTION("a tenant without its turn") {
    queue.Redis({"DEL", queue.Key("ten:amd64")});
    invariant = "tenant-in-turn";
  }
  SECTION("an edge that leads nowhere") {
    queue.Redis({"DEL", queue.Key("kids:" + TestJobId("a"))});
    invariant = "edge-both-ways";
  }
  SECTION("a wait without end") {
    queue.Redis({"DEL", queue.Key("need:" + TestJobId("c"))});
    invariant = "waits-for-something";
  }
  SECTION("a job without a state") {
    queue.Redis({"HDEL", queue.Key("job:" + job.spec.job_id), "st"});
    invariant = "readable";
  }
  SECTION("a counter that is off") {
    queue.Redis({"HINCRBY", queue.Key("cnt:amd64"), "active", "1"});
    invariant = "counters";
  }
  auto check = queue.admin().CheckQueue(100);
  REQUIRE(check.ok());
  REQUIRE(check->violation_count > 0);
  bool named = false;
  for (const QueueViolation& violation : check->violations) {
    named = named || violation.invariant == invariant;
  }
  REQUIRE(named);
}

TEST_CASE("queue admin: a corrupt entry is a dead letter, and the executor goes on") {
  AdminHarness queue;
  MustSubmit(queue, TestRequest({TestJob("bad")}));
  queue.Pass(absl::Milliseconds(2));
  MustSubmit(queue, TestRequest({TestJob("good")}));
  const std::string key = queue.Key("job:" + TestJobId("bad"));
  std::string field;
  SECTION("a kind that there is not") {
    queue.Redis({"HSET", key, field = "kind", "\xff\xfe"});
  }
  SECTION("attempts that are no number") {
    queue.Redis({"HSET", key, field = "max", "many"});
  }
  SECTION("no manifest") {
    queue.Redis({"HDEL", key, field = "man"});
  }
  SECTION("a token beyond all") {
    queue.Redis({"HSET", key, field = "tok", "1e300"});
  }
  REQUIRE(ClaimOne(queue).spec.manifest_id == "good");
  REQUIRE(!MustClaim(queue).has_value());
  auto letters = queue.admin().ListDeadLetters("", 10);
  REQUIRE(letters->size() == 1);
  REQUIRE((*letters)[0].job.spec.job_id == TestJobId("bad"));
  REQUIRE((*letters)[0].reason.find("the entry is corrupt: " + field + " is \"") == 0);
  queue.RequireSound(2);
}

TEST_CASE("queue admin: a ready set that names what is not there") {
  AdminHarness queue;
  MustSubmit(queue, TestRequest({TestJob("good")}));
  queue.Redis({"ZADD", queue.Key("rdy:amd64:default"), "0", TestJobId("ghost"), "1", "garbage"});
  REQUIRE(ClaimOne(queue).spec.manifest_id == "good");
  REQUIRE(!MustClaim(queue).has_value());
  queue.RequireSound(1);
}

TEST_CASE("queue admin: thousands of jobs are sound through a life of accidents") {
  AdminHarness queue;
  for (int i = 0; i < 40; ++i) {
    std::vector<JobSpec> jobs = ManyJobs(absl::StrCat("p", i), 8);
    for (int k = 0; k < 24; ++k) {
      jobs.push_back(TestJob(absl::StrCat("k", i, "-", k), {absl::StrCat("p", i, "-", k % 8)}));
    }
    MustSubmit(queue, TestRequest(jobs, i % 2 == 0 ? "even" : "odd"));
  }
  for (int i = 0; i < 400; ++i) {
    const ClaimedJob job = ClaimOne(queue);
    if (job.end) {
      MustComplete(queue, job, job.end->outcome);
    } else if (i % 7 == 0) {
      REQUIRE(queue.work().Fail(LeaseOf(job), {FailureClass::kTransient, "x"}).ok());
    } else if (i % 11 == 0) {
      REQUIRE(queue.jobs().Cancel(job.spec.build_id, "").ok());
      MustComplete(queue, job, "cancelled");
    } else if (i % 5 == 0) {
      REQUIRE(queue.work().Requeue(LeaseOf(job)).ok());
    } else if (i % 13 != 0) {
      MustComplete(queue, job, i % 17 == 0 ? "failed" : "compatible");
    }
    if (i % 50 == 0) LoseLeases(queue);
  }
  queue.RequireSound(40 * 32);
}

}  // namespace
}  // namespace lif
