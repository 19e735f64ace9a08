// Connections to a real Redis: accounts, deadlines, what a child inherits, and the pool's bounds.
#include "common/redis/redis_connection.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>

#include "common/base/clock.h"
#include "common/queue/redis_job_queue.h"
#include "common/redis/redis_client.h"
#include "tests/contracts/job_queue_contract.h"
#include "tests/support/catch.h"
#include "tests/support/redis_server.h"

namespace lif {
namespace {

std::unique_ptr<RedisServer> MustStart(std::vector<std::string> more = {}) {
  auto server = RedisServer::Start(std::move(more));
  INFO(server.status().ToString());
  REQUIRE(server.ok());
  return *std::move(server);
}

TEST_CASE("redis connection: binary values, types and errors") {
  auto server = MustStart();
  auto connection = RedisConnection::Connect(server->options());
  REQUIRE(connection.ok());
  auto call = [&](const std::vector<std::string>& arguments) {
    auto reply = (*connection)->Command(arguments, absl::Seconds(5));
    REQUIRE(reply.ok());
    return *reply;
  };
  const std::string binary("a\0\r\n\xff", 5);
  REQUIRE(call({"SET", "k", binary}).text() == "OK");
  REQUIRE(call({"GET", "k"}).AsString().value() == binary);
  REQUIRE(call({"GET", "missing"}).is_nil());
  REQUIRE(call({"STRLEN", "k"}).AsInteger().value() == 5);
  REQUIRE(call({"LPUSH", "k", "x"}).is_error());
  // An error of Redis is no error of the connection.
  REQUIRE((*connection)->usable());
  const std::string large(3 << 20, 'x');
  REQUIRE(call({"SET", "large", large}).text() == "OK");
  REQUIRE(call({"GET", "large"}).text() == large);
}

TEST_CASE("redis connection: nothing is left open in children") {
  auto server = MustStart();
  auto connection = RedisConnection::Connect(server->options());
  REQUIRE(connection.ok());
  int sockets = 0;
  DIR* directory = ::opendir("/proc/self/fd");
  REQUIRE(directory != nullptr);
  while (const dirent* entry = ::readdir(directory)) {
    char target[256];
    const std::string path = std::string("/proc/self/fd/") + entry->d_name;
    const ssize_t size = ::readlink(path.c_str(), target, sizeof target);
    if (size <= 0 || std::string(target, static_cast<size_t>(size)).find("socket:") != 0) continue;
    ++sockets;
    CHECK((::fcntl(std::stoi(entry->d_name), F_GETFD) & FD_CLOEXEC) != 0);
  }
  ::closedir(directory);
  REQUIRE(sockets > 0);
}

TEST_CASE("redis connection: a late reply ends the connection") {
  auto server = MustStart();
  auto connection = RedisConnection::Connect(server->options());
  REQUIRE(connection.ok());
  const auto late = (*connection)->Command({"BLPOP", "none", "1"}, absl::Milliseconds(50));
  REQUIRE(absl::IsUnavailable(late.status()));
  REQUIRE(!(*connection)->usable());
  // The reply that is still to come must never be taken for another's.
  REQUIRE(absl::IsUnavailable((*connection)->Command({"PING"}, absl::Seconds(1)).status()));
}

TEST_CASE("redis connection: nobody there") {
  RedisOptions options;
  SECTION("no socket") {
    options.unix_path = "/nonexistent/redis.sock";
  }
  SECTION("no listener") {
    options.host = "127.0.0.1";
    options.port = 1;
  }
  const absl::Status status = RedisConnection::Connect(options).status();
  REQUIRE(absl::IsUnavailable(status));
  REQUIRE(status.message().find(options.Address()) != std::string::npos);
}

TEST_CASE("redis connection: the factory's account needs no administration") {
  auto server = MustStart({"--user", "executor", "on", ">secret", "~lif:*", "&lif:*", "+@all",
                           "-@admin", "-@dangerous", "--user", "default", "off"});
  RedisOptions account = server->options();
  SystemClock clock;
  SECTION("refused without its password") {
    account.user = "executor";
    account.password = "wrong";
    REQUIRE(absl::IsUnauthenticated(RedisConnection::Connect(account).status()));
  }
  SECTION("accepted") {
    account.user = "executor";
    account.password = "secret";
    RedisJobQueueOptions options;
    options.redis = account;
    RedisJobQueue queue(options, &clock);
    const absl::Status submitted = queue.Submit(TestRequest({TestJob("a")})).status();
    INFO(submitted.ToString());
    REQUIRE(submitted.ok());
    auto job = queue.Claim({"ex-1", "amd64", "nonce-1", absl::Seconds(5)});
    REQUIRE(job.ok());
    REQUIRE(queue.Complete({(*job)->spec.job_id, (*job)->token}, "compatible").ok());
    REQUIRE(queue.WaitForBell("amd64", absl::Milliseconds(10)).ok());
    REQUIRE(queue.Tick().ok());
    REQUIRE(queue.ListPools().ok());
  }
}

TEST_CASE("redis client: at most so many connections, and each is used again") {
  auto server = MustStart();
  SystemClock clock;
  RedisClient client({server->options(), 2}, &clock);
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        if (!client.Call({"INCR", "n"}, Repeat::kNever).ok()) failures += 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  REQUIRE(failures == 0);
  REQUIRE(client.Call({"GET", "n"}, Repeat::kSafe)->AsInteger().value() == 800);
  const std::string stats = client.Call({"INFO", "stats"}, Repeat::kSafe)->text();
  const std::string field = "total_connections_received:";
  // Two of the client, one of the server's start.
  REQUIRE(std::stoi(stats.substr(stats.find(field) + field.size())) <= 4);
}

TEST_CASE("redis client: calls go on by themselves after a restart") {
  auto server = MustStart();
  SystemClock clock;
  RedisClient client({server->options(), 2}, &clock);
  REQUIRE(client.Call({"SET", "k", "v"}, Repeat::kSafe).ok());
  server->Kill();
  REQUIRE(absl::IsUnavailable(client.Call({"GET", "k"}, Repeat::kSafe).status()));
  REQUIRE(server->Restart().ok());
  REQUIRE(client.Call({"GET", "k"}, Repeat::kSafe)->text() == "v");
}

}  // namespace
}  // namespace lif
