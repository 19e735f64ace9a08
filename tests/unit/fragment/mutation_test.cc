// Random changes to fragments: whatever comes in, parser and checker end, in bounds, with problems
// that have a line of the text. A seeded generator, so that a failure can be repeated.
#include <algorithm>
#include <random>

#include "tests/support/catch.h"
#include "tests/unit/fragment/checker_helpers.h"

namespace lif {
namespace {

const std::string kSeeds[] = {
    "RUN --mount=type=cache,target=/var/cache/apt \\\n  --network=none apt-get update && \\\n# c\n "
    " x\n",
    "COPY --from=module --chmod=0644 app.py [\"with space.txt\", \"/x\"]\nENV A=\"b $C\" D='e'\n",
    "RUN <<EOF\nfor i in 1 2; do echo \"$i ${X:-$(y `z`)}\"; done\nEOF\nCMD [\"a\"]\nLABEL "
    "\"a\"=b\n",
    "HEALTHCHECK --interval=5s CMD x $Y\nSHELL [\"/bin/bash\", \"-c\"]\nEXPOSE 80/tcp $P\nUSER "
    "a:b\n",
    "ADD --checksum=sha256:aa https://example.test/${V}/x.tgz /y\nWORKDIR /a\\\nb\nVOLUME "
    "[\"/d\"]\n",
};
const std::string kPieces[] = {"\\\n",     "\\",
                               "<<",       "<<EOF\n",
                               "EOF\n",    "$",
                               "${",       "}",
                               "\"",       "'",
                               "`",        "$(",
                               ")",        "--",
                               "--from=",  "[\"",
                               "\"]",      "#",
                               "\n",       "\t",
                               " ",        "=",
                               ",",        "\xff",
                               "\xc2\xa0", std::string(1, '\0'),
                               "FROM x\n", "type=bind"};

std::string Mutate(std::mt19937& random, std::string text) {
  auto below = [&](size_t limit) {
    return std::uniform_int_distribution<size_t>(0, limit)(random);
  };
  for (size_t i = below(6); i > 0; --i) {
    size_t at = below(text.size());
    switch (below(3)) {
      case 0:
        text.insert(at, kPieces[below(std::size(kPieces) - 1)]);
        break;
      case 1:
        text.erase(at, below(8));
        break;
      case 2:
        if (at < text.size()) text[at] = static_cast<char>(below(255));
        break;
      default:
        text.insert(at, text.substr(below(text.size()), below(40)));
    }
  }
  return text;
}

TEST_CASE("Random changes of fragments are read in bounds", "[fragment]") {
  std::mt19937 random(20261122);
  for (int round = 0; round < 2000; ++round) {
    const std::string text = Mutate(random, kSeeds[static_cast<size_t>(round) % std::size(kSeeds)]);
    Fragment fragment = ParseFragment(text);
    const int lines = 1 + static_cast<int>(std::count(text.begin(), text.end(), '\n'));
    for (const Instruction& instruction : fragment.instructions) {
      REQUIRE(instruction.first_line >= 1);
      REQUIRE(instruction.last_line <= lines);
      REQUIRE(instruction.first_line <= instruction.last_line);
      for (const InstructionFlag& flag : instruction.flags) {
        REQUIRE(flag.end <= text.size());
        REQUIRE(text.substr(flag.begin, 2) == "--");
        REQUIRE(text.substr(flag.begin, flag.end - flag.begin).find_first_of(" \n\"'\\$") ==
                std::string::npos);
      }
    }
    for (const Problem& problem : CheckFragment(fragment, TestScope()).problems) {
      REQUIRE(problem.line >= 0);
      REQUIRE(problem.line <= lines);
      REQUIRE(problem.ToString().find('\n') == std::string::npos);
    }
  }
}

}  // namespace
}  // namespace lif
