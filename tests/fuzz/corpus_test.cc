// Replays the seeds and what fuzzing once found: a regression test without libFuzzer.
#include <algorithm>
#include <filesystem>

#include "common/base/file_util.h"
#include "tests/fuzz/target.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

std::vector<std::string> Inputs(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

TEST_CASE("every input of the corpus is answered: " LIF_FUZZ_NAME, "[fuzz]") {
  const std::vector<std::string> files = Inputs(LIF_FUZZ_CORPUS);
  CHECK(files.size() >= 3);
  for (const std::string& file : files) {
    CAPTURE(file);
    const auto input = ReadFile(file, 8 << 20);
    REQUIRE(input.ok());
    FuzzOne(*input);
    // Cut in half it is another input.
    FuzzOne(std::string_view(*input).substr(0, input->size() / 2));
  }
}

}  // namespace
}  // namespace lif
