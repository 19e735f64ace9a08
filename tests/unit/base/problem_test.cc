#include "common/base/problem.h"

#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("A problem is one line: where, what, what to write instead", "[base]") {
  CHECK(Problem{"a.yaml", 3, "name", "is missing", "add name: …"}.ToString() ==
        "a.yaml:3: name: is missing; add name: …");
  CHECK(Problem{"a.yaml", 0, "", "is missing", ""}.ToString() == "a.yaml: is missing");
  CHECK(Problem{"", 0, "name", "is missing", "add it"}.ToString() == "name: is missing; add it");
}

TEST_CASE("Problems are sorted by place, and told once", "[base]") {
  std::vector<Problem> problems = {{"b", 1, "x", "w", ""},
                                   {"a", 10, "x", "w", ""},
                                   {"a", 2, "y", "w", ""},
                                   {"a", 2, "x", "w", ""},
                                   {"a", 10, "x", "w", ""}};
  SortProblems(problems);
  CHECK(problems == std::vector<Problem>{{"a", 2, "x", "w", ""},
                                         {"a", 2, "y", "w", ""},
                                         {"a", 10, "x", "w", ""},
                                         {"b", 1, "x", "w", ""}});
}

TEST_CASE("What is quoted stays on its line and within its length", "[base]") {
  CHECK(Quoted("plain") == "'plain'");
  CHECK(Quoted("a\nb\x1b[31m\x7f") == "'a?b?[31m?'");
  CHECK(Quoted("a\xc2\x9b"
               "31m \xc2\xa0\xc3\xbc") == "'a?31m \xc2\xa0\xc3\xbc'");
  CHECK(Quoted("a\xff") == "'a\uFFFD'");
  CHECK(Quoted("abcdef", 5) == "'ab…'");
  CHECK(Quoted(std::string(1000000, '\xff')).size() <= 82);
}

}  // namespace
}  // namespace lif
