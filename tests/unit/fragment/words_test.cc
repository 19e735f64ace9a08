#include "common/fragment/words.h"

#include "tests/support/catch.h"

namespace lif {
namespace {

std::vector<std::string> Texts(const std::vector<Word>& words) {
  std::vector<std::string> texts;
  for (const Word& word : words) texts.push_back(word.text);
  return texts;
}

std::vector<std::string> Variables(std::string_view word, bool* malformed) {
  std::vector<std::string> names;
  for (const VariableName& variable : DockerfileVariables(word, malformed)) {
    names.push_back(variable.name);
  }
  return names;
}

using Strings = std::vector<std::string>;

TEST_CASE("Words end at blanks outside of quotes", "[fragment]") {
  bool open = true;
  CHECK(Texts(SplitQuotedWords(" a=b  c=\"d e\" f='g h'\\ i ", &open)) ==
        Strings{"a=b", "c=\"d e\"", "f='g h'\\ i"});
  CHECK_FALSE(open);
  CHECK(Texts(SplitQuotedWords("a=\"b\\\" c\" d='\\' e", &open)) ==
        Strings{"a=\"b\\\" c\"", "d='\\'", "e"});
  CHECK_FALSE(open);
  SplitQuotedWords("a='b", &open);
  CHECK(open);
  CHECK(Texts(SplitWords(" \"a b\" c ")) == Strings{"\"a", "b\"", "c"});
  CHECK(SplitWords("ab cd")[1].offset == 3);
}

TEST_CASE("Variables are found where BuildKit expands", "[fragment]") {
  bool malformed = false;
  CHECK(Variables("$A-${B}x${C:-$D}\"$E\"", &malformed) == Strings{"A", "B", "C", "D", "E"});
  CHECK(Variables("'$A' \\$B $1 $$ $- \"'$C'\" a$", &malformed) == Strings{"C"});
  CHECK_FALSE(malformed);
  for (const char* text : {"${", "${A", "${}", "${1}", "a${A:-${B}"}) {
    CAPTURE(text);
    malformed = false;
    Variables(text, &malformed);
    CHECK(malformed);
  }
}

}  // namespace
}  // namespace lif
