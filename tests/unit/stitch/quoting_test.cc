#include "common/stitch/quoting.h"

#include "common/fragment/words.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("A quoted word is one word, in which nothing is expanded", "[stitch]") {
  for (const std::string& value :
       {std::string(), std::string("a b"), std::string("\""), std::string("\\"),
        std::string("\\\""), std::string("$HOME ${X}"), std::string("a\" RUN x \""),
        std::string("'"), std::string("end\\"), std::string("#x"), std::string("<<EOF"),
        std::string("é ✓")}) {
    CAPTURE(value);
    bool unterminated = true;
    bool malformed = false;
    std::vector<Word> words = SplitQuotedWords("A=" + QuoteWord(value) + " B=c", &unterminated);
    REQUIRE(words.size() == 2);
    CHECK_FALSE(unterminated);
    CHECK(DockerfileVariables(words[0].text, &malformed).empty());
    CHECK_FALSE(malformed);
  }
  CHECK(QuoteWord("a\"b\\c$d") == "\"a\\\"b\\\\c\\$d\"");
}

TEST_CASE("Exec form is JSON on one line", "[stitch]") {
  CHECK(ExecForm({}) == "[]");
  CHECK(ExecForm({"a b", "\"", "\\", "c\nd\te", "$X", "é"}) ==
        "[\"a b\", \"\\\"\", \"\\\\\", \"c\\nd\\te\", \"$X\", \"é\"]");
  CHECK(ExecForm({"\xff"}).find('\n') == std::string::npos);
}

}  // namespace
}  // namespace lif
