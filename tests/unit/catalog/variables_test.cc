#include "common/catalog/variables.h"

#include "tests/support/catch.h"

namespace lif {
namespace {

const CatalogVariables kVariables = {{"registry", "r.test/lif"}, {"empty", ""}, {"nested", "x"}};

TEST_CASE("Variables are replaced, shell variables are not", "[catalog]") {
  std::vector<Problem> problems;
  CHECK(ExpandVariables(
            "a ${{ registry }}/${{registry}} $registry ${registry} {{ registry }} ${{empty}}.",
            kVariables, "field", 1,
            &problems) == "a r.test/lif/r.test/lif $registry ${registry} {{ registry }} .");
  CHECK(problems.empty());
}

TEST_CASE("What is wrong with a variable is told at its line", "[catalog]") {
  struct Row {
    const char* text;
    const char* message;
  };
  const Row rows[] = {
      {"a\nb ${{ registri }}",
       "6: image: variable 'registri' is not in catalog.yaml; did you mean "
       "'registry'?; define it under variables, or name one that is there"},
      {"\n\n${{ Registry }}",
       "7: image: 'Registry' is not the name of a variable; write ${{ name }} with a "
       "name of [a-z][a-z0-9_]*"},
      {"${{ a", "5: image: has '${{' without '}}'; write ${{ name }}"},
      {"${{}}",
       "5: image: '' is not the name of a variable; write ${{ name }} with a name of "
       "[a-z][a-z0-9_]*"},
      {"${{ a\nb }}",
       "5: image: 'a?b' is not the name of a variable; write ${{ name }} with a name of "
       "[a-z][a-z0-9_]*"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    std::vector<Problem> problems;
    ExpandVariables(row.text, kVariables, "image", 5, &problems);
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].ToString() == row.message);
  }
}

TEST_CASE("Growth by variables is bounded", "[catalog]") {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += "${{ long }}";
  std::vector<Problem> problems;
  CHECK(ExpandVariables(text, {{"long", std::string(512, 'a')}}, "image", 1, &problems).empty());
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].what == "grows too large with its variables");
}

}  // namespace
}  // namespace lif
