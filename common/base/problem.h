// One thing that is wrong in a file that a person wrote, told so that they can mend it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lif {

struct Problem {
  std::string file;    // relative to the catalog; "" until the file is known
  int line = 0;        // 1-based; 0 when the whole file is meant
  std::string field;   // "tests[2].timeout", "RUN --mount"
  std::string what;    // what is wrong
  std::string remedy;  // what to write instead

  // "file:line: field: what; remedy"
  std::string ToString() const;

  friend bool operator==(const Problem&, const Problem&) = default;
};

// By file, line, field and text; repeated problems are dropped.
void SortProblems(std::vector<Problem>& problems);

// What a user wrote, in quotes, fit for one line of a message: control characters become '?',
// invalid UTF-8 U+FFFD, and what is over `limit` bytes is cut.
std::string Quoted(std::string_view text, size_t limit = 80);

}  // namespace lif
