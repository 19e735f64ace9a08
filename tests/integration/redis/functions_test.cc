// Function libraries of several programs in one Redis, as in a rolling upgrade.
#include "common/redis/redis_functions.h"

#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/clock.h"
#include "tests/support/catch.h"
#include "tests/support/redis_server.h"

namespace lif {
namespace {

// A library of one version and revision, whose functions answer which they are of.
RedisLibrary Library(int version, int revision, const std::string& more = "") {
  const std::string prefix = absl::StrCat("test_v", version, "_");
  const std::string code = absl::StrCat(
      "#!lua name=test_v", version, "\nlocal function answer() return ", version * 1000 + revision,
      " end\nredis.register_function('", prefix, "answer', answer)\n",
      more.empty() ? "" : absl::StrCat("redis.register_function('", prefix, more, "', answer)\n"),
      "redis.register_function{function_name='", prefix, "revision', flags={'no-writes'},",
      " callback=function() return ", revision, " end}\n");
  return {absl::StrCat("test_v", version), code, revision, prefix + "revision"};
}

absl::StatusOr<int64_t> Ask(RedisFunctions& functions, RedisClient& client,
                            const std::string& function) {
  auto reply = functions.Call(client, function, "k", {}, absl::Seconds(5));
  if (!reply.ok()) return reply.status();
  return reply->AsInteger();
}

TEST_CASE("functions: versions live side by side, the newest revision of each serves all") {
  auto server = RedisServer::Start();
  REQUIRE(server.ok());
  SystemClock clock;
  RedisClient client({(*server)->options()}, &clock);
  RedisFunctions first(Library(1, 3));
  RedisFunctions second(Library(2, 1));
  RedisFunctions second_newer(Library(2, 2, "extra"));
  REQUIRE(Ask(first, client, "test_v1_answer").value() == 1003);
  REQUIRE(Ask(second, client, "test_v2_answer").value() == 2001);
  REQUIRE(Ask(second_newer, client, "test_v2_answer").value() == 2002);
  REQUIRE(Ask(second, client, "test_v2_answer").value() == 2002);
  REQUIRE(Ask(first, client, "test_v1_answer").value() == 1003);
  SECTION("the older one comes first after a flush, and the newer one lacks nothing") {
    REQUIRE(client.Call({"FUNCTION", "FLUSH"}, Repeat::kSafe).ok());
    REQUIRE(Ask(second, client, "test_v2_answer").value() == 2001);
    REQUIRE(Ask(second_newer, client, "test_v2_extra").value() == 2002);
    REQUIRE(Ask(second, client, "test_v2_answer").value() == 2002);
  }
}

TEST_CASE("functions: flushed again and again under callers of two revisions, none sees an error") {
  auto server = RedisServer::Start();
  REQUIRE(server.ok());
  SystemClock clock;
  RedisClient client({(*server)->options(), 5}, &clock);
  std::atomic<bool> stop{false};
  std::atomic<int> calls{0};
  std::atomic<int> errors{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      RedisFunctions functions(t % 2 == 0 ? Library(1, 1) : Library(1, 2, "extra"));
      while (!stop) {
        const auto answer = Ask(functions, client, "test_v1_answer");
        if (!answer.ok() || (*answer != 1001 && *answer != 1002)) errors += 1;
        if (t % 2 == 1 && !Ask(functions, client, "test_v1_extra").ok()) errors += 1;
        calls += 1;
      }
    });
  }
  for (int flush = 0; flush < 30; ++flush) {
    const int before = calls;
    while (calls < before + 20) absl::SleepFor(absl::Milliseconds(1));
    REQUIRE(client.Call({"FUNCTION", "FLUSH"}, Repeat::kSafe).ok());
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  REQUIRE(errors == 0);
  REQUIRE(calls >= 600);
}

}  // namespace
}  // namespace lif
