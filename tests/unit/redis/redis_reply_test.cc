#include "common/redis/redis_reply.h"

#include "tests/support/catch.h"

namespace lif {
namespace {

RedisReply Str(const std::string& text) {
  return RedisReply::Text(RedisReply::Type::kString, text);
}

TEST_CASE("typed access to replies") {
  REQUIRE(RedisReply::Integer(7).AsInteger().value() == 7);
  REQUIRE(Str("-12").AsInteger().value() == -12);
  REQUIRE(Str(std::string("a\0b", 3)).AsString().value() == std::string("a\0b", 3));
  REQUIRE(RedisReply::Array({Str("a"), Str("1"), Str("b"), Str("2")}).AsMap().value() ==
          std::map<std::string, std::string>{{"a", "1"}, {"b", "2"}});
}

TEST_CASE("replies of another type are errors that name both") {
  REQUIRE(Str("x").AsInteger().status().message() ==
          "Redis answered a string where an integer was expected");
  REQUIRE(RedisReply::Nil().AsString().status().message() ==
          "Redis answered nothing where a string was expected");
  REQUIRE(absl::IsInternal(RedisReply::Array({Str("a")}).AsMap().status()));
  REQUIRE(absl::IsInternal(RedisReply::Array({RedisReply::Nil()}).AsStrings().status()));
}

TEST_CASE("errors of Redis become the Status that callers act on") {
  auto status = [](const std::string& error) { return RedisErrorStatus(error, "h:1"); };
  for (const char* away : {"LOADING Redis is loading", "READONLY replica", "MASTERDOWN x",
                           "CLUSTERDOWN x", "TRYAGAIN x", "MISCONF disk", "BUSY x"}) {
    REQUIRE(absl::IsUnavailable(status(away)));
  }
  REQUIRE(absl::IsResourceExhausted(status("OOM command not allowed")));
  REQUIRE(absl::IsUnauthenticated(status("NOAUTH Authentication required.")));
  REQUIRE(absl::IsUnauthenticated(status("WRONGPASS invalid")));
  REQUIRE(absl::IsPermissionDenied(status("NOPERM no")));
  REQUIRE(absl::IsInternal(status("ERR LOADING is only a word here")));
  REQUIRE(status("LOADING x").message() == "Redis at h:1: LOADING x");
}

}  // namespace
}  // namespace lif
