#include "common/config/ini_file.h"

#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("ini: keys, sections, comments, quotes") {
  const auto entries = ParseIni(
      "# comment\n; another\n\n a = 1 \r\nb=\"x # y\" # z\nc = v # w\nd=\n[ executor ]\n"
      "e = p#q\ne = 2",
      "f.ini");
  REQUIRE(entries.ok());
  REQUIRE(entries->size() == 6);
  const auto check = [&](size_t i, const char* section, const char* key, const char* value,
                         int line) {
    CHECK((*entries)[i].section == section);
    CHECK((*entries)[i].key == key);
    CHECK((*entries)[i].value == value);
    CHECK((*entries)[i].line == line);
  };
  check(0, "", "a", "1", 4);
  check(1, "", "b", "x # y", 5);
  check(2, "", "c", "v", 6);
  check(3, "", "d", "", 7);
  check(4, "executor", "e", "p#q", 9);
  check(5, "executor", "e", "2", 10);
}

TEST_CASE("ini: errors name the file and the line") {
  const std::pair<const char*, const char*> cases[] = {
      {"a = 1\nnonsense\n", "f.ini:2: expected 'key = value', '[section]' or '# comment'"},
      {"= 1", "f.ini:1: expected 'key = value', '[section]' or '# comment'"},
      {"[]", "f.ini:1: a section is written [name]"},
      {"[open", "f.ini:1: a section is written [name]"},
      {"a = \"open", "f.ini:1: the value's double quotes do not match"},
      {"a = \"x\" y", "f.ini:1: the value's double quotes do not match"},
  };
  for (const auto& [text, message] : cases) {
    const auto entries = ParseIni(text, "f.ini");
    REQUIRE_FALSE(entries.ok());
    CHECK(std::string(entries.status().message()) == message);
  }
}

}  // namespace
}  // namespace lif
