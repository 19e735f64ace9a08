// What somebody with access to Redis may have written: each field of a job's entry in turn.
#include <filesystem>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/queue/redis_queue_admin.h"
#include "common/redis/redis_client.h"
#include "tests/integration/executor/executor_harness.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

struct Forgery {
  std::string field;
  std::string value;
};

const std::vector<Forgery>& Forgeries() {
  static const auto* const forgeries = new std::vector<Forgery>{
      {"kind", "\xff\xfe"},
      {"kind", "index"},
      {"kind", ""},
      {"max", "many"},
      {"max", "1e1"},
      {"max", "-1"},
      {"sub", "soon"},
      {"sub", "0x10"},
      {"att", "1e1"},
      {"att", "9999999999999999999999"},
      {"cr", "lots"},
      {"tok", "1e300"},
      {"tok", "-5"},
      {"bid", ""},
      {"bid", "../../../../../../tmp/lif-forged"},
      {"bid", "no-ulid"},
      {"man", ""},
      {"man", "no-such-manifest"},
      {"man", "../good"},
      {"man", std::string(101, 'm')},
      {"plat", ""},
      {"plat", "linux/arm64"},
      {"plat", "what is this\n"},
      {"eo", "compatible"},
      {"eo", "nonsense"},
      {"ec", "nonsense"},
      {"st", "nonsense"},
      {"pool", "no such pool"},
      {"w", "nonsense"},
  };
  return *forgeries;
}

class ForgedFleet : public Fleet {
 public:
  RedisReply Redis(const std::vector<std::string>& command) {
    const auto reply = redis_client_.Call(command, Repeat::kNever);
    INFO(reply.status().ToString());
    REQUIRE(reply.ok());
    REQUIRE_FALSE(reply->is_error());
    return *reply;
  }
  std::map<std::string, std::string> DeadLetters() {  // job ID → reason
    std::map<std::string, std::string> reasons;
    const auto letters = admin_.ListDeadLetters("", 100);
    INFO(letters.status().ToString());
    REQUIRE(letters.ok());
    for (const DeadLetter& letter : *letters) reasons[letter.job.spec.job_id] = letter.reason;
    return reasons;
  }
  // Invariants that are violated, each once.
  std::set<std::string> Violations() {
    const auto check = admin_.CheckQueue(100);
    REQUIRE(check.ok());
    std::set<std::string> names;
    for (const QueueViolation& violation : check->violations) names.insert(violation.invariant);
    return names;
  }

 private:
  RedisClient redis_client_{RedisClientOptions{redis->options(), 1}, &clock};
  RedisQueueAdmin admin_{{redis->options()}, &clock};
};

TEST_CASE("A forged entry is a dead letter with the reason, and the executor lives") {
  ForgedFleet fleet;
  std::map<std::string, Forgery> forged;
  int64_t generation = 0;
  for (const Forgery& forgery : Forgeries()) {
    const std::string build = fleet.Submit("good", ++generation);
    const std::string job = fleet.GetJob(build).spec.job_id;
    fleet.Redis({"HSET", "lif:{lif}:job:" + job, forgery.field, forgery.value});
    forged[job] = forgery;
  }
  // In a ready set, and no job at all.
  fleet.Redis({"ZADD", "lif:{lif}:rdy:amd64:default", "0", "ghost", "1", "../../x"});
  fleet.Redis({"HSET", "lif:{lif}:job:ghost",
               "st",   "ready",
               "pool", "amd64",
               "bid",  "x",
               "kind", "image",
               "max",  "3",
               "sub",  "0",
               "man",  "good",
               "plat", "linux/amd64",
               "w",    "default:0:0"});
  const std::string sound = fleet.Submit("good", ++generation);
  {
    RunningExecutor executor(fleet, "executor-1");
    fleet.AwaitDone(sound);
    CHECK(executor.builder.builds() == 1);
  }
  CHECK(fleet.GetRecord(sound).outcome == Outcome::kCompatible);
  CHECK(fleet.CountRecords() == 1);
  const auto reasons = fleet.DeadLetters();
  CHECK(reasons.size() == forged.size());
  for (const auto& [job, forgery] : forged) {
    INFO(forgery.field << " = " << forgery.value);
    const auto reason = reasons.find(job);
    REQUIRE(reason != reasons.end());
    INFO(reason->second);
    CHECK(reason->second.size() > 10);
  }
  CHECK_FALSE(std::filesystem::exists("/tmp/lif-forged"));
  fleet.Redis({"DEL", "lif:{lif}:job:ghost"});
  // Where a build ID was overwritten, the old one still leads to the job, and the check tells.
  CHECK(fleet.Violations() == std::set<std::string>{"build-id-leads-here"});
}

}  // namespace
}  // namespace lif
