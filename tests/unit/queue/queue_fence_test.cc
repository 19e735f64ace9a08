// What a rollback looks like to who remembers more than there is.
#include "common/queue/queue_fence.h"

#include "common/queue/submit_ledger.h"
#include "tests/contracts/job_queue_contract.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

QueueLineage Lineage(const std::string& text, const QueueStamp& now) {
  auto lineage = QueueLineage::Parse(text, now);
  REQUIRE(lineage.ok());
  return *lineage;
}

TEST_CASE("queue lineage: what is gone of what was acknowledged") {
  struct Case {
    const char* lineage;
    QueueStamp now;
    QueueStamp remembered;
    int64_t lost;
  };
  const Case cases[] = {
      {"", {"", 0}, {"", 0}, 0},             // never written to
      {"", {"", 0}, {"a", 7}, 7},            // emptied
      {"a:0", {"a", 9}, {"a", 9}, 0},        // the same server goes on
      {"a:0", {"a", 5}, {"a", 9}, 4},        // set back under the same server
      {"a:0;b:9", {"b", 20}, {"a", 9}, 0},   // a restart that lost nothing
      {"a:0;b:9", {"b", 20}, {"a", 12}, 3},  // overtaken since, and yet noticed
      {"a:0;b:9;c:11", {"c", 30}, {"a", 12}, 3},
      {"a:0;b:9;c:15", {"c", 30}, {"b", 15}, 0},
      {"a:0;c:9", {"c", 30}, {"b", 15}, 15},  // another branch than ours
      {"c:0", {"c", 3}, {"b", 15}, 15},       // restored empty, and used
  };
  for (const Case& test : cases) {
    INFO(test.lineage << " " << test.remembered.epoch << test.remembered.number);
    CHECK(Lineage(test.lineage, test.now).LostUpTo(test.remembered) == test.lost);
  }
  for (const char* corrupt : {"a", "a:x", "a:-1", "a:1:2", ":", "a:1;;b"}) {
    INFO(corrupt);
    CHECK(absl::IsInternal(QueueLineage::Parse(corrupt, {}).status()));
  }
}

TEST_CASE("queue fence: answers out of order are no rollback, less than the floor is one") {
  QueueFence fence;
  REQUIRE(fence.Observe({}, {"a", 5}));  // the first answer of all
  REQUIRE(fence.Settle(Lineage("a:0", {"a", 5}), {}, {"a", 5}) == 0);
  REQUIRE_FALSE(fence.Observe({"a", 5}, {"a", 9}));
  // This call began before the other was answered.
  REQUIRE_FALSE(fence.Observe({"a", 5}, {"a", 7}));
  REQUIRE(fence.newest().number == 9);
  REQUIRE(fence.Observe({"a", 9}, {"a", 8}));
  REQUIRE(fence.Settle(Lineage("a:0", {"a", 8}), {"a", 9}, {"a", 8}) == 1);
  REQUIRE(fence.newest().number == 8);
  // Another server that goes on from 8, seen at 50.
  REQUIRE(fence.Observe({"a", 8}, {"b", 50}));
  REQUIRE(fence.Settle(Lineage("a:0;b:8", {"b", 50}), {"a", 8}, {"b", 50}) == 0);
  // An answer of the former server that comes late tells of what the new one does not have.
  REQUIRE(fence.Observe({"a", 8}, {"a", 10}));
  REQUIRE(fence.Settle(Lineage("a:0;b:8", {"b", 51}), {"b", 50}, {"a", 10}) == 2);
  REQUIRE(fence.newest().epoch == "b");
  REQUIRE(fence.TakeLost() == 3);
  REQUIRE(fence.TakeLost() == 0);
}

TEST_CASE("submit ledger: what was lost comes out once, oldest first, within its bounds") {
  const absl::Time now = absl::FromUnixSeconds(1'000'000);
  SubmitLedger ledger({.kept = absl::Minutes(10), .jobs = 3});
  const auto remember = [&](const std::string& name, const QueueStamp& stamp, absl::Time at) {
    const SubmitRequest request = TestRequest({TestJob(name)});
    ledger.Remember(stamp, request, at);
    return request.jobs[0].build_id;
  };
  const auto lost = [&](const std::string& lineage, const QueueStamp& stamp) {
    std::vector<std::string> names;
    for (const auto& entry : ledger.TakeLost(Lineage(lineage, stamp), 10, now)) {
      names.push_back(entry.request.jobs[0].manifest_id);
    }
    return names;
  };
  using Names = std::vector<std::string>;
  SECTION("by stamp") {
    remember("kept", {"a", 5}, now);
    remember("lost", {"a", 6}, now);
    remember("too", {"a", 7}, now);
    REQUIRE(lost("a:0", {"a", 7}).empty());
    REQUIRE(lost("a:0;b:5", {"b", 8}) == Names{"lost", "too"});
    REQUIRE(lost("a:0;b:5", {"b", 8}).empty());
    REQUIRE(lost("a:0;c:1", {"c", 8}) == Names{"kept"});
  }
  SECTION("too many") {
    for (const char* name : {"1", "2", "3", "4"}) remember(name, {"a", 9}, now);
    REQUIRE(lost("b:0", {"b", 1}) == Names{"2", "3", "4"});
  }
  SECTION("too old") {
    remember("old", {"a", 9}, now - absl::Minutes(11));
    remember("new", {"a", 9}, now);
    REQUIRE(lost("b:0", {"b", 1}) == Names{"new"});
  }
  SECTION("cancelled") {
    ledger.Forget(remember("cancelled", {"a", 9}, now));
    REQUIRE(lost("b:0", {"b", 1}).empty());
  }
}

}  // namespace
}  // namespace lif
