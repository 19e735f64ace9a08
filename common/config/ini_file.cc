#include "common/config/ini_file.h"

#include "absl/strings/str_cat.h"

namespace lif {
namespace {

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

absl::Status Wrong(const std::string& path, int line, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(path, ":", line, ": ", std::string(what)));
}

// Removes quotes, or a trailing comment of a value that has none. False: the quote is not closed.
bool CleanValue(std::string_view* value) {
  if (!value->empty() && value->front() == '"') {
    const size_t close = value->find('"', 1);
    if (close == std::string_view::npos) return false;
    const std::string_view rest = Trim(value->substr(close + 1));
    if (!rest.empty() && rest.front() != '#' && rest.front() != ';') return false;
    *value = value->substr(1, close - 1);
    return true;
  }
  const size_t comment = value->find(" #");
  if (comment != std::string_view::npos) *value = Trim(value->substr(0, comment));
  return true;
}

}  // namespace

absl::StatusOr<std::vector<IniEntry>> ParseIni(std::string_view text, const std::string& path) {
  std::vector<IniEntry> entries;
  std::string section;
  int number = 0;
  while (!text.empty()) {
    ++number;
    const size_t newline = text.find('\n');
    const std::string_view line = Trim(text.substr(0, newline));
    text = newline == std::string_view::npos ? std::string_view() : text.substr(newline + 1);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      if (line.back() != ']' || line.size() < 3) {
        return Wrong(path, number, "a section is written [name]");
      }
      section = std::string(Trim(line.substr(1, line.size() - 2)));
      continue;
    }
    const size_t equals = line.find('=');
    const std::string_view key = Trim(line.substr(0, equals));
    if (equals == std::string_view::npos || key.empty()) {
      return Wrong(path, number, "expected 'key = value', '[section]' or '# comment'");
    }
    std::string_view value = Trim(line.substr(equals + 1));
    if (!CleanValue(&value)) {
      return Wrong(path, number, "the value's double quotes do not match");
    }
    entries.push_back({section, std::string(key), std::string(value), number});
  }
  return entries;
}

}  // namespace lif
