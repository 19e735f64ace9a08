#include "common/catalog/yaml_tree.h"

#include "tests/support/catch.h"

namespace lif {
namespace {

std::vector<std::string> Problems(std::string_view text) {
  YamlNode root;
  std::vector<Problem> problems;
  bool good = ParseYaml(text, &root, &problems);
  CHECK(good == problems.empty());
  std::vector<std::string> messages;
  for (const Problem& problem : problems) messages.push_back(problem.ToString());
  return messages;
}

TEST_CASE("A tree keeps order, text as written, and lines", "[catalog]") {
  YamlNode root;
  std::vector<Problem> problems;
  REQUIRE(ParseYaml("# c\nb: 1.0\na:\n  - yes\n  - {x: \"~\", y: ~}\n  - |\n    two\n    lines\n",
                    &root, &problems));
  REQUIRE(root.kind == YamlNode::Kind::kMap);
  REQUIRE(root.entries.size() == 2);
  CHECK(root.entries[0].key == "b");
  CHECK(root.entries[0].value.text == "1.0");
  CHECK(root.entries[1].line == 3);
  const YamlNode& list = *root.Find("a");
  REQUIRE(list.items.size() == 3);
  CHECK(list.items[0].text == "yes");
  CHECK(list.items[1].Find("x")->kind == YamlNode::Kind::kText);
  CHECK(list.items[1].Find("y")->kind == YamlNode::Kind::kNull);
  CHECK(list.items[1].line == 5);
  CHECK(list.items[2].text == "two\nlines\n");
  CHECK(root.Find("c") == nullptr);
}

TEST_CASE("An empty file is nothing", "[catalog]") {
  for (const char* text : {"", "\n", "# only\n"}) {
    YamlNode root;
    std::vector<Problem> problems;
    CHECK(ParseYaml(text, &root, &problems));
    CHECK(root.kind == YamlNode::Kind::kNull);
  }
}

struct Refused {
  const char* text;
  const char* message;
};

const Refused kRefused[] = {
    {"a: &x 1\n", "1: yaml: has an anchor (&name); write the value where it is needed"},
    {"a: 1\nb: *x\n", "2: yaml: has an alias (*name); write the value itself"},
    {"a: &x [1]\nb: *x\n", "1: yaml: has an anchor (&name); write the value where it is needed"},
    {"a:\n  <<: {b: c}\n", "2: yaml: has a merge key (<<); write the keys themselves"},
    {"a: 1\nb: 2\na: 3\n", "3: yaml: has the key 'a' twice in one map; write it once"},
    {"a: {x: 1, x: 2}\n", "1: yaml: has the key 'x' twice in one map; write it once"},
    {"a: !!binary aGk=\n", "1: yaml: has the tag 'tag:yaml.org,2002:binary'; remove it"},
    {"a: !own 1\n", "1: yaml: has the tag '!own'; remove it"},
    {"? [a, b]\n: c\n", "1: yaml: has a key that is not text; write key: value"},
    {"a: 1\n---\nb: 2\n",
     "3: yaml: has a second document; write one document a file, without '---' "
     "between"},
    {"%YAML 1.2\n---\na: 1\n", "1: yaml: has a YAML directive; remove the line"},
    {"\xef\xbb\xbf"
     "a: 1\n",
     "1: yaml: starts with a byte order mark; save the file as UTF-8 without one"},
    {"a: 1\r\nb: 2\r\n", "1: yaml: ends in a carriage return; save the file with line feeds only"},
    {"a: \xff\n",
     "1: yaml: has bytes that are not UTF-8, or control characters; save the file as plain "
     "UTF-8"},
    {"a: 1\nb: \x01\n",
     "2: yaml: has bytes that are not UTF-8, or control characters; save the file as "
     "plain UTF-8"},
    {"\xff\xfe"
     "a",
     "1: yaml: has bytes that are not UTF-8, or control characters; save the file as plain "
     "UTF-8"},
    {"a: [1, 2\n",
     "yaml: has a '[' that is not closed; close it with ']', and put commas between its items"},
    {"a: {x: 1\nb: 2\n",
     "yaml: has a '{' that is not closed; close it with '}', and put commas between its entries"},
    {"a: 1]\nb: ]\n", "2: yaml: has a ']' or '}' that nothing opened; remove it, or quote it"},
    {"a: b: c\n",
     "1: yaml: has a ':' where no key ends; put quotes around a value that has ': ', and each key "
     "on a line of its own"},
    {"a: 1\n  b: 2\n",
     "2: yaml: has a ':' where no key ends; put quotes around a value that has ': ', and each key "
     "on a line of its own"},
    {"a:\n    b: 1\n  c: 2\n",
     "3: yaml: is not indented as the lines that it should belong to; give all keys of a map, and "
     "all '- ' of a list, the same indentation, and each key a colon"},
    {"a:\n  - 1\n  b: 2\n",
     "3: yaml: is not indented as the lines that it should belong to; give all keys of a map, and "
     "all '- ' of a list, the same indentation, and each key a colon"},
    {"a: - b\n",
     "1: yaml: has a '- ' where no list is; put the list on lines below its key, or quotes around "
     "the value"},
    {"a: @b\n", "1: yaml: has a character that can't start a value; put quotes around the value"},
    {"a: \"\\q\"\n",
     "1: yaml: has a backslash in quotes that means nothing; write it twice, or use single "
     "quotes"},
    {"a: * b\n", "1: yaml: has a '*' that starts a value; put quotes around it"},
    {"a: \"x\n", "1: yaml: ends inside of quotes; close the quotes that were opened last"},
    {"a: 'x\nb: 1\n", "2: yaml: ends inside of quotes; close the quotes that were opened last"},
    {"a:\n\t- b\n", "2: yaml: "},
};

TEST_CASE("YAML that a catalog may not use is refused at its line", "[catalog]") {
  for (const Refused& refused : kRefused) {
    CAPTURE(refused.text);
    std::vector<std::string> messages = Problems(refused.text);
    REQUIRE(messages.size() >= 1);
    CAPTURE(messages[0]);
    CHECK(messages[0].find(refused.message) != std::string::npos);
  }
}

TEST_CASE("Depth, number and size are bounded", "[catalog]") {
  CHECK(Problems(std::string(17, '[') + std::string(17, ']')) ==
        std::vector<std::string>{"1: yaml: is nested deeper than 16 levels; write it flatter; "
                                 "docs/catalog-format.md shows every file"});
  CHECK(Problems(std::string(16, '[') + std::string(16, ']')).empty());
  CHECK(Problems(std::string(100000, '[')).size() == 2);
  CHECK(Problems(std::string(100000, '{')).size() == 2);
  std::string many;
  for (int i = 0; i < 30000; ++i) many += "- a\n";
  CHECK(Problems(many) ==
        std::vector<std::string>{"20000: yaml: has more than 20000 values; split the file"});
  CHECK(Problems(std::string(kMaxYamlBytes + 1, ' ')) ==
        std::vector<std::string>{"yaml: is 262145 bytes; the limit is 262144; split it"});
}

}  // namespace
}  // namespace lif
