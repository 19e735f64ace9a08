#include <string>
#include <vector>

#include "common/postgres/sql.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("arrays survive the way there and back") {
  const std::vector<std::vector<std::string>> all = {
      {},
      {""},
      {"a"},
      {"a", "b"},
      {"with,comma", "with \"quote\"", "back\\slash"},
      {"{", "}"},
      {"NULL", " "},
      {"ü", "a\nb"}};
  for (const auto& items : all) {
    auto parsed = ParseSqlArray(FormatSqlArray(items));
    REQUIRE(parsed.ok());
    CHECK(*parsed == items);
  }
}

TEST_CASE("arrays as PostgreSQL writes them are read") {
  CHECK(*ParseSqlArray("{}") == std::vector<std::string>{});
  CHECK(*ParseSqlArray("{a,\"b c\",\"d\\\"e\"}") == std::vector<std::string>{"a", "b c", "d\"e"});
  for (const char* wrong : {"", "a", "{", "{a", "{\"a}", "{{a},{b}}"}) {
    CHECK_FALSE(ParseSqlArray(wrong).ok());
  }
}

TEST_CASE("a NUL is found, and named by its place") {
  SqlParams params;
  params.Add("fine").Add(std::string_view("cut\0here", 8));
  absl::Status status = params.Check();
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  CHECK(std::string(status.message()).find("value 2") == 0);
  CHECK(SqlParams().Add("fine").AddNull().Check().ok());
  CHECK(SqlParams().Add("a").Append(SqlParams().AddInt(2).AddNull()).values() ==
        std::vector<std::optional<std::string>>{"a", "2", std::nullopt});
}

TEST_CASE("times are written in UTC with microseconds, and the past before all is null") {
  SqlParams params;
  params.AddTime(absl::FromUnixMicros(1'234'567)).AddTime(absl::InfinitePast());
  CHECK(*params.values()[0] == "1970-01-01 00:00:01.234567+00");
  CHECK_FALSE(params.values()[1].has_value());
}

}  // namespace
}  // namespace lif
