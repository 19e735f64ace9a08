#include "common/postgres_catalog/document_diff.h"

#include <string>
#include <vector>

#include "tests/support/catch.h"

namespace lif {
namespace {

using Lines = std::vector<std::string>;

TEST_CASE("equal documents do not differ, whatever the order of their keys") {
  CHECK(DescribeDifference(R"({"a":1,"b":2})", R"({"b":2,"a":1})").empty());
}

TEST_CASE("each place that differs is named") {
  CHECK(DescribeDifference(R"({"args":{"PORT":"80"},"name":"x"})",
                           R"({"args":{"PORT":"8080","USER":"me"}})") ==
        Lines{R"(args.PORT: "80" is published, "8080" is here)",
              R"(args.USER: nothing is published, "me" is here)",
              R"(name: "x" is published, nothing is here)"});
}

TEST_CASE("lists of equal length differ by their items, others as a whole") {
  CHECK(DescribeDifference(R"({"run":["a","b"]})", R"({"run":["a","c"]})") ==
        Lines{R"(run[1]: "b" is published, "c" is here)"});
  CHECK(DescribeDifference(R"({"run":["a"]})", R"({"run":["a","c"]})") ==
        Lines{R"(run: ["a"] is published, ["a","c"] is here)"});
}

TEST_CASE("texts of several lines are told by the first line that differs") {
  CHECK(
      DescribeDifference(R"({"fragment":"RUN a\nRUN b\n"})", R"({"fragment":"RUN a\nRUN c\n"})") ==
      Lines{R"(fragment: line 2: "RUN b" is published, "RUN c" is here)"});
  CHECK(DescribeDifference(R"({"fragment":"RUN a"})", R"({"fragment":"RUN a\nRUN c"})") ==
        Lines{R"(fragment: line 2: nothing is published, "RUN c" is here)"});
}

TEST_CASE("many differences and long values are bounded") {
  CHECK(DescribeDifference(R"({"a":1,"b":1,"c":1,"d":1})", R"({"a":2,"b":2,"c":2,"d":2})", 3) ==
        Lines{"a: 1 is published, 2 is here", "b: 1 is published, 2 is here",
              "and 2 more differences"});
  const std::string huge = R"({"a":")" + std::string(10'000, 'x') + R"("})";
  auto lines = DescribeDifference(huge, R"({"a":""})");
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].size() < 200);
}

TEST_CASE("what is no JSON differs as a whole") {
  CHECK(DescribeDifference("{", "{}").size() == 1);
  CHECK(DescribeDifference("{", "{").empty());
}

}  // namespace
}  // namespace lif
