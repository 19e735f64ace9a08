#include "common/catalog/semver.h"

#include "tests/support/catch.h"

namespace lif {
namespace {

bool Contains(const char* range, const char* version) {
  return SemVerRange::Parse(range)->Contains(*ParseSemVer(version));
}

TEST_CASE("Versions are ordered as semver.org §11 says", "[catalog]") {
  const char* ascending[] = {"0.0.9",
                             "1.0.0-0",
                             "1.0.0-2",
                             "1.0.0-10",
                             "1.0.0-alpha",
                             "1.0.0-alpha.1",
                             "1.0.0-alpha.beta",
                             "1.0.0-beta",
                             "1.0.0-rc.1",
                             "1.0.0",
                             "1.0.1",
                             "1.2.0",
                             "1.10.0",
                             "10.0.0"};
  for (size_t i = 0; i < std::size(ascending); ++i) {
    for (size_t j = 0; j < std::size(ascending); ++j) {
      CAPTURE(ascending[i], ascending[j]);
      CHECK((*ParseSemVer(ascending[i]) < *ParseSemVer(ascending[j])) == (i < j));
      CHECK((*ParseSemVer(ascending[i]) == *ParseSemVer(ascending[j])) == (i == j));
    }
  }
}

TEST_CASE("What is no exact version is refused", "[catalog]") {
  for (const char* text : {"", "1", "1.0", "1.0.0.0", "v1.0.0", "01.0.0", "1.0.0-", "1.0.0-01",
                           "1.0.0-a..b", "1.0.0+build", "1.0.x", "^1.0.0", "latest", "1.0.0 ",
                           "-1.0.0", "1.0.9999999999", "1.0.0-é"}) {
    CAPTURE(text);
    absl::Status status = ParseSemVer(text).status();
    CHECK(status.message() ==
          "'" + std::string(text) +
              "' is not an exact semantic version; write major.minor.patch, such as "
              "1.4.0 or 2.0.0-rc.1");
  }
  CHECK_FALSE(ParseSemVer(std::string(100000, '1')).ok());
}

TEST_CASE("Ranges contain what npm's contain", "[catalog]") {
  CHECK(Contains("*", "0.0.1"));
  CHECK(Contains("1.2.3", "1.2.3"));
  CHECK(Contains("=1.2.3", "1.2.3"));
  CHECK_FALSE(Contains("1.2.3", "1.2.4"));
  CHECK(Contains(">=1.2.0 <2.0.0", "1.9.9"));
  CHECK_FALSE(Contains(">=1.2.0 <2.0.0", "2.0.0"));
  CHECK_FALSE(Contains(">1.2.0", "1.2.0"));
  CHECK(Contains("<=1.2.0", "1.2.0"));
  CHECK(Contains("^1.2.3", "1.9.0"));
  CHECK_FALSE(Contains("^1.2.3", "2.0.0"));
  CHECK_FALSE(Contains("^1.2.3", "1.2.2"));
  CHECK(Contains("^0.2.3", "0.2.9"));
  CHECK_FALSE(Contains("^0.2.3", "0.3.0"));
  CHECK_FALSE(Contains("^0.0.3", "0.0.4"));
  CHECK(Contains("~1.2.3", "1.2.9"));
  CHECK_FALSE(Contains("~1.2.3", "1.3.0"));
  CHECK(Contains("<1.0.0 || >=2.0.0", "2.1.0"));
  CHECK_FALSE(Contains("<1.0.0 || >=2.0.0", "1.1.0"));
}

TEST_CASE("A pre-release is contained only where one is named", "[catalog]") {
  CHECK_FALSE(Contains("*", "1.0.0-rc.1"));
  CHECK_FALSE(Contains(">=1.0.0", "2.0.0-rc.1"));
  CHECK_FALSE(Contains("<2.0.0", "2.0.0-rc.1"));
  CHECK(Contains(">=2.0.0-rc.1", "2.0.0-rc.2"));
  CHECK_FALSE(Contains(">=2.0.0-rc.1", "2.0.1-rc.2"));
  CHECK(Contains("^2.0.0-rc.1", "2.0.0"));
}

TEST_CASE("What is no range is refused", "[catalog]") {
  struct Row {
    const char* text;
    const char* message;
  };
  const Row rows[] = {
      {"", "range '' has an empty part; write * for any version"},
      {">=1.0.0 ||", "range '>=1.0.0 ||' has an empty part; write * for any version"},
      {"newest",
       "'newest' is not a comparator; write an operator of = > >= < <= ^ ~ and a whole version, as "
       "in >=1.2.0 or ^1.2.0, or *"},
      {">= 1.0.0", "'>=' is not a comparator; write an operator"},
      {"!1.0.0", "'!' is not an operator; write one of = > >= < <= ^ ~, without a space"},
      {"^1.2", "'^1.2' is not a comparator;"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(std::string(SemVerRange::Parse(row.text).status().message()).find(row.message) == 0);
  }
  CHECK_FALSE(SemVerRange::Parse(std::string(1000, '*')).ok());
}

}  // namespace
}  // namespace lif
