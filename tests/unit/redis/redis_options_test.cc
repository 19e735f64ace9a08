#include "common/redis/redis_options.h"

#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("redis URLs over TCP") {
  const RedisOptions plain = ParseRedisUrl("redis://127.0.0.1").value();
  REQUIRE(plain.host == "127.0.0.1");
  REQUIRE(plain.port == 6379);
  REQUIRE(plain.user.empty());
  REQUIRE(plain.password.empty());
  REQUIRE(plain.Address() == "127.0.0.1:6379");

  const RedisOptions full = ParseRedisUrl("redis://executor:a%2Fb%40c:d@[::1]:7000/3").value();
  REQUIRE(full.user == "executor");
  REQUIRE(full.password == "a/b@c:d");
  REQUIRE(full.host == "::1");
  REQUIRE(full.port == 7000);
  REQUIRE(full.database == 3);

  REQUIRE(ParseRedisUrl("redis://:secret@redis:1").value().password == "secret");
  REQUIRE(ParseRedisUrl("redis://u:p/w@redis").value().password == "p/w");
}

TEST_CASE("redis URLs of a socket") {
  const RedisOptions options =
      ParseRedisUrl("unix:///run/redis/r.sock?user=me&password=p%26w&db=2").value();
  REQUIRE(options.unix_path == "/run/redis/r.sock");
  REQUIRE(options.user == "me");
  REQUIRE(options.password == "p&w");
  REQUIRE(options.database == 2);
  REQUIRE(options.Address() == "/run/redis/r.sock");
}

TEST_CASE("redis URLs of sentinels") {
  const RedisOptions options =
      ParseRedisUrl(
          "redis-sentinel://me:p%2Fw?@a:1,[::1]:2,c/main?db=2&sentinel_user=s&"
          "sentinel_password=t%26")
          .value();
  using Addresses = std::vector<std::pair<std::string, int>>;
  REQUIRE(options.sentinels.addresses == Addresses{{"a", 1}, {"::1", 2}, {"c", 26379}});
  REQUIRE(options.sentinels.master == "main");
  REQUIRE(options.sentinels.user == "s");
  REQUIRE(options.sentinels.password == "t&");
  REQUIRE(options.user == "me");
  REQUIRE(options.password == "p/w?");
  REQUIRE(options.database == 2);
  REQUIRE(options.Address() == "main (by sentinels)");
  REQUIRE(ParseRedisUrl("redis-sentinel://a/main").value().password.empty());
}

TEST_CASE("wrong redis URLs say what is wrong, without the password") {
  const std::string url =
      GENERATE("", "localhost:6379", "rediss://u:hunter2@h", "redis://", "redis://u:hunter2@h:port",
               "redis://u:hunter2@h:0", "redis://u:hunter2@h:70000", "redis://u:hunter2@h/x",
               "redis://u:hunter2%zz@h", "redis://u:hunter2%4@h", "unix://relative",
               "unix:///s?password=hunter2&x=1", "unix:///s?hunter2", "redis://[::1",
               "redis-sentinel://u:hunter2@a", "redis-sentinel://u:hunter2@a/",
               "redis-sentinel://u:hunter2@a,/m", "redis-sentinel://u:hunter2@a:x/m",
               "redis-sentinel://u:hunter2@a/m?x=1", "unix:///s?sentinel_password=hunter2");
  const absl::Status status = ParseRedisUrl(url).status();
  INFO(url);
  REQUIRE(absl::IsInvalidArgument(status));
  REQUIRE(status.message().find("Redis URL: ") == 0);
  REQUIRE(status.message().find("hunter2") == std::string::npos);
}

}  // namespace
}  // namespace lif
