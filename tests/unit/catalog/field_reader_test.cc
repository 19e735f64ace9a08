#include "common/catalog/field_reader.h"

#include "tests/support/catch.h"

namespace lif {
namespace {

struct Reading {
  YamlNode root;
  CatalogVariables variables = {{"name", "value"}};
  std::vector<Problem> problems;
  FileContext context;

  explicit Reading(const char* text) {
    REQUIRE(ParseYaml(text, &root, &problems));
    context.file = "f.yaml";
    context.variables = &variables;
    context.problems = &problems;
  }
  std::vector<std::string> Messages() const {
    std::vector<std::string> messages;
    for (const Problem& problem : problems) messages.push_back(problem.ToString());
    return messages;
  }
};

TEST_CASE("Fields are read by type, with their lines", "[catalog]") {
  Reading reading("a: text ${{ name }}\nb: true\nc: 7\nd: [x, y]\ne: {k: v}\n");
  FieldReader reader(reading.root, "", &reading.context);
  CHECK(reader.Text("a") == "text value");
  CHECK(reader.OptionalBool("b", false));
  CHECK(reader.Integer("c", 0, 10) == 7);
  CHECK(reader.TextList("d", true) == std::vector<std::string>{"x", "y"});
  CHECK(reader.TextMap("e", {}, {}) == std::map<std::string, std::string>{{"k", "v"}});
  CHECK(reader.OptionalText("f") == std::nullopt);
  reader.Finish();
  CHECK(reading.problems.empty());
  CHECK(reading.context.LineOf("d[1]") == 4);
  CHECK(reading.context.LineOf("e.other") == 5);
  CHECK(reading.context.LineOf("nothing") == 1);
}

TEST_CASE("Wrong types are told, each once", "[catalog]") {
  Reading reading("a: [1]\nb: maybe\nc: many\nd: x\ne: [x]\ng: ~\n");
  FieldReader reader(reading.root, "at", &reading.context);
  reader.Text("a");
  reader.OptionalBool("b", false);
  reader.Integer("c", 0, 10);
  reader.TextList("d", true);
  reader.TextMap("e", {}, {});
  reader.Text("g");
  reader.Text("h");
  CHECK(reading.Messages() ==
        std::vector<std::string>{
            "f.yaml:1: at.a: is a list, not text; write one value",
            "f.yaml:2: at.b: 'maybe' is not true or false; write true or false",
            "f.yaml:3: at.c: 'many' is not usable; write a whole number from 0 to 10",
            "f.yaml:4: at.d: is text, not a list; write [one, two], or lines that start with '- '",
            "f.yaml:5: at.e: is a list, not a map; write key: value lines, indented",
            "f.yaml:6: at.g: is empty; write a value, or remove the key",
            "f.yaml:1: at.h: is missing; add h: …"});
}

TEST_CASE("A file that is no map is told once", "[catalog]") {
  for (const char* text : {"- a\n", "text\n", ""}) {
    Reading reading(text);
    FieldReader reader(reading.root, "", &reading.context);
    CHECK_FALSE(reader.is_map());
    reader.Text("a");
    reader.Finish();
    REQUIRE(reading.problems.size() == 1);
    CHECK(reading.problems[0].field == "file");
  }
}

TEST_CASE("A key that holds a line break does not break a message", "[catalog]") {
  Reading reading("a: {\"x\\ny\": [1]}\n");
  FieldReader reader(reading.root, "", &reading.context);
  reader.TextMap("a", {}, {});
  CHECK(reading.Messages() ==
        std::vector<std::string>{"f.yaml:1: a.'x?y': is a list, not text; write one value"});
}

}  // namespace
}  // namespace lif
