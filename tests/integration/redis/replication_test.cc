// Replicas and sentinels: what is acknowledged is replicated, and clients follow a failover.
#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/queue/redis_job_queue.h"
#include "common/redis/redis_connection.h"
#include "common/redis/redis_sentinel.h"
#include "tests/contracts/job_queue_contract.h"
#include "tests/support/catch.h"
#include "tests/support/redis_server.h"
#include "tests/support/sentinel_servers.h"

namespace lif {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(40);

std::unique_ptr<RedisServer> MustStart(const std::vector<std::string>& more) {
  auto server = RedisServer::Start(more);
  INFO(server.status().ToString());
  REQUIRE(server.ok());
  return *std::move(server);
}

// A primary and a replica of it, which is in step.
struct Pair {
  explicit Pair(std::vector<std::string> more = {}) {
    const std::vector<std::string> primary_arguments = {"--port", std::to_string(primary_port),
                                                        "--repl-diskless-sync-delay", "0"};
    primary = MustStart(primary_arguments);
    std::vector<std::string> arguments = {"--port", std::to_string(replica_port), "--replicaof",
                                          "127.0.0.1", std::to_string(primary_port)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    replica = MustStart(arguments);
    const absl::Time deadline = absl::Now() + kPatience;
    while (Ask(*replica, {"INFO", "replication"}).find("master_link_status:up") ==
           std::string::npos) {
      REQUIRE(absl::Now() < deadline);
      absl::SleepFor(absl::Milliseconds(20));
    }
  }
  static std::string Ask(RedisServer& server, const std::vector<std::string>& command) {
    auto connection = RedisConnection::Connect(server.options());
    REQUIRE(connection.ok());
    auto reply = (*connection)->Command(command, absl::Seconds(5));
    REQUIRE(reply.ok());
    return reply->text();
  }

  const int primary_port = FreePort();
  const int replica_port = FreePort();
  std::unique_ptr<RedisServer> primary;
  std::unique_ptr<RedisServer> replica;
};

TEST_CASE("replicas: a submit is acknowledged once they have it") {
  Pair redis;
  SystemClock clock;
  RedisJobQueueOptions options;
  options.redis = redis.primary->options();
  options.wait_replicas = 1;
  options.wait_timeout = absl::Milliseconds(300);
  RedisJobQueue queue(options, &clock);
  REQUIRE(queue.Submit(TestRequest({TestJob("a")})).ok());
  // It is on the replica at this moment.
  REQUIRE(Pair::Ask(*redis.replica, {"HGET", "lif:{lif}:job:" + TestJobId("a"), "man"}) == "a");

  const SubmitRequest request = TestRequest({TestJob("b")});
  redis.replica->Suspend();
  const absl::Status stalled = queue.Submit(request).status();
  INFO(stalled.ToString());
  REQUIRE(absl::IsUnavailable(stalled));
  REQUIRE(stalled.message().find("0 of 1 replicas confirmed it within 300ms") != std::string::npos);
  // A repeat writes nothing of the job, and must not be taken for confirmed.
  REQUIRE(absl::IsUnavailable(queue.Submit(request).status()));
  redis.replica->Resume();
  absl::StatusOr<std::vector<SubmitOutcome>> outcome = stalled;
  const absl::Time deadline = absl::Now() + kPatience;
  while (!outcome.ok() && absl::Now() < deadline) outcome = queue.Submit(request);
  REQUIRE(outcome.ok());
  REQUIRE((*outcome)[0].build_id == request.jobs[0].build_id);
  REQUIRE(Pair::Ask(*redis.replica, {"HGET", "lif:{lif}:job:" + TestJobId("b"), "man"}) == "b");
  REQUIRE((*queue.ListPools())[0].ready == 2);
}

TEST_CASE("sentinels: clients follow a failover without a restart") {
  Pair redis;
  auto sentinels = SentinelServers::Start(3, redis.primary_port, absl::Milliseconds(500));
  REQUIRE(sentinels.ok());
  SystemClock clock;
  RedisJobQueueOptions options;
  options.redis.sentinels.addresses = (*sentinels)->addresses();
  options.redis.sentinels.master = "main";
  RedisJobQueue queue(options, &clock);
  const absl::Time start = absl::Now() + kPatience;
  absl::Status ready = absl::UnavailableError("not asked");
  while (!ready.ok() && absl::Now() < start) {
    ready = queue.Submit(TestRequest({TestJob("before")})).status();
  }
  INFO(ready.ToString());
  REQUIRE(ready.ok());
  // They know each other and the replica once their quorum can fail over.
  RedisOptions sentinel;
  std::tie(sentinel.host, sentinel.port) = options.redis.sentinels.addresses[0];
  const auto knows = [&](const std::vector<std::string>& command, size_t count) {
    auto connection = RedisConnection::Connect(sentinel);
    if (!connection.ok()) return false;
    auto reply = (*connection)->Command(command, absl::Seconds(5));
    return reply.ok() && reply->items().size() == count;
  };
  while (!knows({"SENTINEL", "SENTINELS", "main"}, 2) ||
         !knows({"SENTINEL", "REPLICAS", "main"}, 1)) {
    REQUIRE(absl::Now() < start);
    absl::SleepFor(absl::Milliseconds(100));
  }
  // The queue's idle connections lead to the former primary.
  redis.primary->Kill();
  const absl::Time killed = absl::Now();
  absl::StatusOr<std::optional<ClaimedJob>> job = absl::UnavailableError("not asked");
  while (!job.ok() && absl::Now() - killed < kPatience) {
    job = queue.Claim({"ex-1", "amd64", NewUlid(clock.Now()), absl::Seconds(30)});
  }
  INFO(job.status().ToString());
  REQUIRE(job.ok());
  REQUIRE(job->has_value());
  REQUIRE((*job)->spec.manifest_id == "before");
  WARN("claimed again " << absl::FormatDuration(absl::Now() - killed) << " after the kill");
  REQUIRE(queue.Submit(TestRequest({TestJob("after")})).ok());
  REQUIRE(queue.Tick()->writes_lost == 0);

  // The former primary comes back on its old state: while it takes itself for the primary, nobody
  // who asks the sentinels is led to it, and then it is a replica.
  REQUIRE(redis.primary->Restart().ok());
  REQUIRE(FindPrimary(options.redis)->port == redis.replica_port);
  RedisJobQueue fresh(options, &clock);
  REQUIRE((*fresh.ListPools())[0].ready == 1);
}

TEST_CASE("sentinels: a server that is no primary is refused") {
  Pair redis;
  // These sentinels believe in the replica.
  auto sentinels = SentinelServers::Start(1, redis.replica_port, absl::Minutes(10));
  REQUIRE(sentinels.ok());
  RedisOptions options;
  options.sentinels.addresses = (*sentinels)->addresses();
  options.sentinels.addresses.insert(options.sentinels.addresses.begin(), {"127.0.0.1", 1});
  options.sentinels.master = "main";
  const absl::Time deadline = absl::Now() + kPatience;
  while (!FindPrimary(options).ok()) REQUIRE(absl::Now() < deadline);
  const absl::Status refused = RedisConnection::Connect(options).status();
  INFO(refused.ToString());
  REQUIRE(absl::IsUnavailable(refused));
  REQUIRE(refused.message().find("not the primary any more") != std::string::npos);
  options.sentinels.master = "other";
  const absl::Status unknown = RedisConnection::Connect(options).status();
  REQUIRE(absl::IsUnavailable(unknown));
  REQUIRE(unknown.message().find("no sentinel names the primary other") == 0);
}

}  // namespace
}  // namespace lif
