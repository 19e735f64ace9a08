#include "common/fragment/logical_lines.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace lif {
namespace {

constexpr std::string_view kBlank = " \t";

size_t LeadingBlanks(std::string_view text) {
  size_t first = text.find_first_not_of(kBlank);
  return first == std::string_view::npos ? text.size() : first;
}

template <typename Parts>
auto PartOf(const Parts& parts, size_t offset) {
  auto after = std::upper_bound(parts.begin(), parts.end(), offset,
                                [](size_t at, const auto& part) { return at < part.joined; });
  return after == parts.begin() ? after : std::prev(after);
}

// Removes trailing blanks, as strings.TrimSpace does to the joined line.
void TrimEnd(std::string* text) {
  text->erase(text->find_last_not_of(kBlank) + 1);
}

}  // namespace

int LogicalLine::LineOf(size_t offset) const {
  return parts.empty() ? first_line : PartOf(parts, offset)->line;
}

size_t LogicalLine::SourceOf(size_t offset) const {
  if (parts.empty()) return 0;
  auto part = PartOf(parts, offset);
  return part->source + (offset - part->joined);
}

bool LogicalLineReader::NextPhysical(PhysicalLine* line) {
  if (position_ >= text_.size()) return false;
  size_t newline = text_.find('\n', position_);
  size_t end = newline == std::string_view::npos ? text_.size() : newline;
  line->text = text_.substr(position_, end - position_);
  line->source = position_;
  position_ = end + 1;
  ++line_number_;
  return true;
}

void LogicalLineReader::CheckComment(std::string_view comment) {
  // "# syntax=…" has a meaning only on top of a file, where the rendered Dockerfile has a comment
  // of its own; it is refused because its author expects something of it.
  std::string_view body = comment.substr(1);
  body.remove_prefix(LeadingBlanks(body));
  for (std::string_view name : {"syntax", "escape", "check"}) {
    if (body.size() < name.size()) continue;
    std::string start = absl::AsciiStrToLower(std::string(body.substr(0, name.size())));
    std::string_view rest = body.substr(name.size());
    rest.remove_prefix(LeadingBlanks(rest));
    if (start != name || rest.empty() || rest[0] != '=') continue;
    problems_->push_back({"", line_number_, "comment",
                          absl::StrCat("'# ", std::string(name), "=' is a parser directive"),
                          "remove it; fragments are read with the defaults"});
  }
}

bool LogicalLineReader::Append(const PhysicalLine& physical, size_t skip, LogicalLine* line) {
  std::string_view text = physical.text.substr(skip);
  size_t last = text.find_last_not_of(kBlank);
  bool continues = last != std::string_view::npos && text[last] == '\\';
  if (continues && last > 0 && text[last - 1] == '\\') {
    problems_->push_back({"", line_number_, "line",
                          "ends in two backslashes, which engines read in "
                          "different ways",
                          "end it with one to go on, or with none"});
  }
  if (continues) text = text.substr(0, last);
  if (!text.empty()) {
    line->parts.push_back({line->text.size(), physical.source + skip, line_number_});
    line->text.append(text);
  }
  line->last_line = line_number_;
  return continues;
}

bool LogicalLineReader::Next(LogicalLine* line) {
  *line = LogicalLine();
  PhysicalLine physical;
  bool started = false;
  while (NextPhysical(&physical)) {
    size_t blanks = LeadingBlanks(physical.text);
    if (blanks < physical.text.size() && physical.text[blanks] == '#') {
      CheckComment(physical.text.substr(blanks));
      continue;
    }
    if (blanks == physical.text.size()) {
      if (started) {
        problems_->push_back({"", line_number_, "line",
                              "is empty inside an instruction that goes on",
                              "remove it, or put a # on it"});
      }
      continue;
    }
    if (!started) line->first_line = line_number_;
    bool continues = Append(physical, started ? 0 : blanks, line);
    started = true;
    if (continues) continue;
    TrimEnd(&line->text);
    return true;
  }
  if (!started) return false;
  problems_->push_back({"", line->last_line, "line", "ends in a backslash, but nothing follows",
                        "remove the backslash"});
  TrimEnd(&line->text);
  return true;
}

bool LogicalLineReader::TakeHeredoc(std::string_view terminator, bool strip_tabs,
                                    std::string* content) {
  PhysicalLine physical;
  while (NextPhysical(&physical)) {
    std::string_view line = physical.text;
    if (strip_tabs) {
      size_t first = line.find_first_not_of('\t');
      line.remove_prefix(first == std::string_view::npos ? line.size() : first);
    }
    if (line == terminator) return true;
    absl::StrAppend(content, std::string(line), "\n");
  }
  return false;
}

}  // namespace lif
