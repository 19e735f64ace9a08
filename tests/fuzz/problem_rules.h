// What holds for every problem that a user is told.
#pragma once

#include <algorithm>
#include <vector>

#include "common/base/problem.h"
#include "common/base/utf8.h"
#include "tests/fuzz/target.h"

namespace lif {

// One line of valid UTF-8 with a remedy, bounded, about a line that the text has.
inline void RequireGoodProblems(const std::vector<Problem>& problems, std::string_view text) {
  const auto lines = 1 + std::count(text.begin(), text.end(), '\n');
  for (const Problem& problem : problems) {
    const std::string line = problem.ToString();
    FuzzRequire(problem.line >= 0 && problem.line <= lines, "a line of the text: " + line);
    FuzzRequire(!problem.what.empty() && !problem.remedy.empty(), "words and a remedy: " + line);
    FuzzRequire(line.size() <= 4096, "a problem is short");
    FuzzRequire(IsValidUtf8(line), "a problem is UTF-8");
    FuzzRequire(std::none_of(line.begin(), line.end(),
                             [](char c) { return static_cast<unsigned char>(c) < 0x20; }),
                "a problem fits on one line: " + line);
  }
}

}  // namespace lif
