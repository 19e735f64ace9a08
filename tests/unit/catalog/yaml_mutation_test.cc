// Random changes to the files of a catalog: reading it ends, with problems that fit on a line each.
#include <algorithm>
#include <chrono>
#include <random>

#include "common/base/file_util.h"
#include "common/catalog/yaml_tree.h"
#include "tests/support/catch.h"
#include "tests/unit/catalog/catalog_fixture.h"

namespace lif {
namespace {

const std::string kPieces[] = {"\n",
                               "  ",
                               "- ",
                               ": ",
                               "[",
                               "]",
                               "{",
                               "}",
                               "&a ",
                               "*a",
                               "<<: ",
                               "!!str ",
                               "\"",
                               "'",
                               "|",
                               ">",
                               "#",
                               "---\n",
                               "? ",
                               "~",
                               "${{ ",
                               "}}",
                               "@",
                               "\xff",
                               std::string(1, '\0'),
                               "\t",
                               "../",
                               "$(x)",
                               "999999999999999999999"};
const char* const kFiles[] = {"catalog.yaml", kBase,     kPython,     kApp,
                              kTemplate,      kManifest, kAppFragment};

std::string Mutate(std::mt19937& random, std::string text) {
  auto below = [&](size_t limit) {
    return std::uniform_int_distribution<size_t>(0, limit)(random);
  };
  for (size_t i = 1 + below(4); i > 0; --i) {
    size_t at = below(text.size());
    switch (below(3)) {
      case 0:
        text.insert(at, kPieces[below(std::size(kPieces) - 1)]);
        break;
      case 1:
        text.erase(at, below(12));
        break;
      case 2:
        if (at < text.size()) text[at] = static_cast<char>(below(255));
        break;
      default:
        text.insert(at, text.substr(below(text.size()), below(60)));
    }
  }
  return text;
}

TEST_CASE("Random changes of a catalog are read in bounds", "[catalog]") {
  std::mt19937 random(20261122);
  CatalogFixture fixture;
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(1000);
  for (int round = 0; round < 300 && std::chrono::steady_clock::now() < end; ++round) {
    const char* file = kFiles[static_cast<size_t>(round) % std::size(kFiles)];
    const std::string good = *ReadFile(fixture.Path(file), 1 << 20);
    fixture.Write(file, Mutate(random, good));
    for (const std::string& problem : fixture.Problems()) {
      CAPTURE(round, file);
      REQUIRE(problem.find_first_of("\n\x1b\x01") == std::string::npos);
      REQUIRE(problem.size() < 2000);
    }
    fixture.Write(file, good);
  }
}

TEST_CASE("Random YAML is read or refused", "[catalog]") {
  std::mt19937 random(42);
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (int i = 0; i < 12; ++i) {
      text += kPieces[std::uniform_int_distribution<size_t>(0, std::size(kPieces) - 1)(random)];
      if (i % 3 == 0) text += "key";
    }
    YamlNode root;
    std::vector<Problem> problems;
    bool good = ParseYaml(text, &root, &problems);
    REQUIRE(good == problems.empty());
  }
}

}  // namespace
}  // namespace lif
