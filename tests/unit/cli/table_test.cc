#include "cli/table.h"

#include "cli/live_area.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

const Style kPlain{};
const Style kColour{true, true};

TEST_CASE("table: columns line up, numbers at the right, no blanks at line ends") {
  const Table table{{{"NAME"}, {"N", true}, {"EMPTY"}, {"LAST"}},
                    {{"a", "1", "", "x"}, {"bcdef", "22", "", ""}}};
  CHECK(RenderTable(table, kPlain) ==
        "NAME    N  LAST\n"
        "a       1  x\n"
        "bcdef  22\n");
}

TEST_CASE("table: the flexible column gives way to a narrow terminal") {
  const Table table{{{"A"}, {"B", false, true}, {"C"}},
                    {{"aaaa", "0123456789012345678901234567890", "cc"}}};
  CHECK(RenderTable(table, kPlain, 30) ==
        "A     B                     C\n"
        "aaaa  01234567890123456...  cc\n");
  CHECK(RenderTable(table, kPlain, 5) ==
        "A     B             C\n"
        "aaaa  012345678...  cc\n");
}

TEST_CASE("table: colour surrounds cells and does not move columns") {
  const Table table{{{"A"}, {"B"}}, {{{"é", Tone::kGood}, "x"}}};
  CHECK(RenderTable(table, kColour) == "\x1b[2mA\x1b[0m  \x1b[2mB\x1b[0m\n\x1b[32mé\x1b[0m  x\n");
}

TEST_CASE("fields: labels line up, empty ones are left out, lines stand under the first") {
  CHECK(RenderFields({{"a", "1"}, {"none", ""}, {"long", "x\ny"}}, kPlain) ==
        "  a     1\n"
        "  long  x\n"
        "        y\n");
}

TEST_CASE("style: shortening counts columns, not bytes") {
  CHECK(Shorten("abc", 3, kPlain) == "abc");
  CHECK(Shorten("abcdef", 5, kPlain) == "ab...");
  CHECK(Shorten("äöüäöü", 4, {false, true}) == "äöü…");
  CHECK(Shorten("abc", 1, {false, true}) == "…");
  CHECK(Shorten("abc", 0, kPlain).empty());
}

TEST_CASE("style: what programs print cannot steer the terminal") {
  CHECK(SafeForTerminal("a\x1b[31mb\x1b[0m", kColour) == "a\x1b[31mb\x1b[0m");
  CHECK(SafeForTerminal("a\x1b[31mb\x1b[0m", kPlain) == "ab");
  CHECK(SafeForTerminal("a\x1b[2J\x1b[Hb", kColour) == "ab");
  CHECK(SafeForTerminal("a\x1b]0;title\x07"
                        "b",
                        kColour) == "ab");
  CHECK(SafeForTerminal("a\x1b]52;c;eA==\x1b\\b", kColour) == "ab");
  CHECK(SafeForTerminal("a\rb\bc\td\n", kColour) == "abc\td\n");
  CHECK(SafeForTerminal("\xc2\x9b"
                        "31m",
                        kColour) == "31m");
  CHECK(SafeForTerminal("\xff", {false, true}) == "\xef\xbf\xbd");
  CHECK(SafeForTerminal("a\x1b", kColour) == "a");
  CHECK(SafeForTerminal("a\x1b[12", kColour) == "a");
}

TEST_CASE("live area: drawn, redrawn under new text, and cleared") {
  std::string screen;
  {
    LiveArea area([&](std::string_view text) { screen.append(text); });
    area.Draw({});
    CHECK(screen.empty());
    area.Draw({"one", "two"});
    CHECK(screen == "\x1b[?25lone\ntwo\n");
    screen.clear();
    area.Update("above\n", {"three"});
    CHECK(screen == "\x1b[2A\r\x1b[Jabove\nthree\n");
    screen.clear();
  }
  CHECK(screen == "\x1b[1A\r\x1b[J\x1b[?25h");
}

}  // namespace
}  // namespace lif
