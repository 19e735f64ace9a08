#include "common/base/utf8.h"

#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("valid UTF-8 stays as it is", "[utf8]") {
  for (const std::string text :
       {"", "plain", "gr\xc3\xbc\xc3\x9f", "\xe2\x82\xac", "\xf0\x9f\x90\xb3"}) {
    CHECK(IsValidUtf8(text));
    CHECK(ToValidUtf8(text) == text);
  }
}

TEST_CASE("invalid bytes are replaced one by one", "[utf8]") {
  CHECK(ToValidUtf8("a\xff z") == "a\xef\xbf\xbd z");
  CHECK(ToValidUtf8("cut \xe2\x82") == "cut \xef\xbf\xbd\xef\xbf\xbd");
  for (const std::string text : {"\xc0\xaf",          // overlong '/'
                                 "\xe0\x80\x80",      // overlong
                                 "\xed\xa0\x80",      // surrogate
                                 "\xf4\x90\x80\x80",  // over U+10FFFF
                                 "\x80", "\xf8\x88"}) {
    CHECK_FALSE(IsValidUtf8(text));
    CHECK(IsValidUtf8(ToValidUtf8(text)));
  }
}

TEST_CASE("truncation keeps sequences whole and marks the cut", "[utf8]") {
  CHECK(TruncateUtf8("short", 5) == "short");
  CHECK(TruncateUtf8("abcdefgh", 7) == "abcd\xe2\x80\xa6");
  CHECK(TruncateUtf8("\xc3\xbc\xc3\xbc\xc3\xbc", 5) == "\xc3\xbc\xe2\x80\xa6");
  CHECK(TruncateUtf8("\xc3\xbc\xc3\xbc", 1).empty());
  CHECK(TruncateUtf8("anything", 0).empty());
}

}  // namespace
}  // namespace lif
