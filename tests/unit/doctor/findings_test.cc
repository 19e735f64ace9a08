// What the doctor thinks of facts about stores and disks.
#include <filesystem>

#include "common/doctor/disk_findings.h"
#include "common/doctor/postgres_findings.h"
#include "common/doctor/redis_findings.h"
#include "common/postgres/schema_check.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

Finding Find(const std::vector<Finding>& findings, const std::string& name) {
  for (const Finding& finding : findings) {
    if (finding.name == name) return finding;
  }
  FAIL("no finding " << name);
  return {};
}

RedisFacts GoodRedis() {
  RedisFacts facts;
  facts.version = "7.0.15";
  facts.role = "master";
  facts.append_only = true;
  facts.append_fsync = "always";
  facts.default_user = "+@all ~* &*";
  facts.eviction = "noeviction";
  facts.revision = 5;
  return facts;
}

PostgresFacts GoodPostgres() {
  PostgresFacts facts;
  facts.version = "15.8";
  facts.schema = kSchemaVersion;
  facts.role = "lif_controlplane";
  return facts;
}

TEST_CASE("doctor: a sound Redis is sound, and each fault is named") {
  for (const Finding& finding : JudgeRedis(GoodRedis(), 5)) {
    INFO(finding.name);
    CHECK(finding.state == FindingState::kOk);
  }
  struct Case {
    std::function<void(RedisFacts&)> spoil;
    const char* name;
    FindingState state;
  };
  const Case cases[] = {
      {[](RedisFacts& f) { f.version = "6.2.7"; }, "redis", FindingState::kProblem},
      {[](RedisFacts& f) { f.role = "slave"; }, "redis", FindingState::kProblem},
      {[](RedisFacts& f) { f.append_only = false; }, "redis durability", FindingState::kProblem},
      {[](RedisFacts& f) { f.append_fsync = "everysec"; }, "redis durability",
       FindingState::kWarning},
      {[](RedisFacts& f) { f.append_fsync.reset(); }, "redis durability", FindingState::kSkipped},
      {[](RedisFacts& f) { f.default_user = "-@all ~* &*"; }, "redis default user",
       FindingState::kProblem},
      {[](RedisFacts& f) { f.eviction = "allkeys-lru"; }, "redis memory", FindingState::kProblem},
      {[](RedisFacts& f) {
         f.max_memory = 100;
         f.used_memory = 95;
       },
       "redis memory", FindingState::kWarning},
      {[](RedisFacts& f) { f.revision = 6; }, "redis functions", FindingState::kWarning},
      {[](RedisFacts& f) { f.revision.reset(); }, "redis functions", FindingState::kWarning},
      {[](RedisFacts& f) { f.ahead = absl::Seconds(-5); }, "clock of Redis",
       FindingState::kWarning},
      {[](RedisFacts& f) { f.ahead = absl::Hours(1); }, "clock of Redis", FindingState::kProblem},
  };
  for (const Case& test : cases) {
    RedisFacts facts = GoodRedis();
    test.spoil(facts);
    const Finding finding = Find(JudgeRedis(facts, 5), test.name);
    INFO(finding.name << ": " << finding.detail);
    CHECK(finding.state == test.state);
    CHECK_FALSE(finding.remedy.empty());
  }
}

TEST_CASE("doctor: roles may do what their names say, and no more") {
  for (const Finding& finding : JudgePostgres(GoodPostgres())) {
    CHECK(finding.state == FindingState::kOk);
  }
  PostgresFacts facts = GoodPostgres();
  facts.insertable = {"records"};
  CHECK(Find(JudgePostgres(facts), "postgres rights").state == FindingState::kProblem);
  facts.role = "lif_executor";
  CHECK(Find(JudgePostgres(facts), "postgres rights").state == FindingState::kOk);
  facts.insertable = {"manifests", "records"};
  CHECK(Find(JudgePostgres(facts), "postgres rights").detail ==
        "lif_executor may insert into manifests");
  facts.insertable = {"records"};
  facts.changeable = {"records"};
  CHECK(Find(JudgePostgres(facts), "postgres rights").state == FindingState::kProblem);
  facts = GoodPostgres();
  facts.superuser = true;
  CHECK(Find(JudgePostgres(facts), "postgres rights").state == FindingState::kProblem);
  facts = GoodPostgres();
  facts.schema = kSchemaVersion - 1;
  CHECK(Find(JudgePostgres(facts), "postgres schema").remedy == "run lif-migrate --dir deploy/sql");
  facts = GoodPostgres();
  facts.in_recovery = true;
  CHECK(Find(JudgePostgres(facts), "postgres").state == FindingState::kWarning);
}

TEST_CASE("doctor: directories") {
  const std::string here = std::filesystem::temp_directory_path();
  CHECK(CheckDirectory("d", here, {.warn_below = 0, .problem_below = 0}).state ==
        FindingState::kOk);
  CHECK(CheckDirectory("d", here, {.warn_below = ~uint64_t{0}, .problem_below = 0}).state ==
        FindingState::kWarning);
  CHECK(CheckDirectory("d", here, {.problem_below = ~uint64_t{0}}).state == FindingState::kProblem);
  const Finding missing = CheckDirectory("d", here + "/not-there", {});
  CHECK(missing.state == FindingState::kProblem);
  CHECK(missing.detail == here + "/not-there is no directory");
}

}  // namespace
}  // namespace lif
