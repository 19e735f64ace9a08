// Physical lines joined into the lines that BuildKit parses: continuations, comments, heredocs.
// Internal to common/fragment.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/problem.h"

namespace lif {

// A contiguous run of source bytes inside a joined line.
struct SourcePart {
  size_t joined = 0;  // offset in LogicalLine::text
  size_t source = 0;  // offset in the fragment
  int line = 0;
};

struct LogicalLine {
  std::string text;  // continuation characters and comments removed; no leading or trailing space
  int first_line = 0;
  int last_line = 0;
  std::vector<SourcePart> parts;

  int LineOf(size_t offset) const;
  size_t SourceOf(size_t offset) const;
};

// Reads logical lines one after the other; the caller takes heredoc bodies in between.
// Not thread-safe; `text` and `problems` must outlive it.
class LogicalLineReader {
 public:
  LogicalLineReader(std::string_view text, std::vector<Problem>* problems)
      : text_(text), problems_(problems) {}

  // False at the end.
  bool Next(LogicalLine* line);

  // Physical lines up to one that equals `terminator` (tabs before it skipped when `strip_tabs`).
  // False, with everything to the end consumed, when there is none.
  bool TakeHeredoc(std::string_view terminator, bool strip_tabs, std::string* content);

  int line_number() const { return line_number_; }  // of the physical line read last

 private:
  struct PhysicalLine {
    std::string_view text;  // without the newline
    size_t source = 0;
  };
  bool NextPhysical(PhysicalLine* line);
  void CheckComment(std::string_view comment);
  // Adds `physical` to `line`; true if it continues on the next physical line.
  bool Append(const PhysicalLine& physical, size_t skip, LogicalLine* line);

  std::string_view text_;
  std::vector<Problem>* problems_;
  size_t position_ = 0;
  int line_number_ = 0;
};

}  // namespace lif
