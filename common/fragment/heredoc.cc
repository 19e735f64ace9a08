#include "common/fragment/heredoc.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace lif {
namespace {

bool IsIdentifier(std::string_view text) {
  auto is_word = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
  };
  return !text.empty() && !absl::ascii_isdigit(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(), is_word);
}

}  // namespace

std::optional<HeredocMark> FindHeredoc(std::string_view text) {
  size_t start = text.find("<<");
  if (start == std::string_view::npos) return std::nullopt;
  std::string_view before = text.substr(0, start);
  std::string_view name = text.substr(start + 2);
  if (before.find_first_of("\"'\\`$<#") != std::string_view::npos) return std::nullopt;
  if (!before.empty() && before.back() != ' ' && before.back() != '\t') return std::nullopt;

  HeredocMark mark;
  mark.command = !before.empty();
  if (!name.empty() && name[0] == '-') {
    mark.strip_tabs = true;
    name.remove_prefix(1);
  }
  if (name.size() >= 2 && (name[0] == '"' || name[0] == '\'') && name.back() == name[0]) {
    mark.quoted = true;
    name = name.substr(1, name.size() - 2);
  }
  if (!IsIdentifier(name)) return std::nullopt;
  mark.name = std::string(name);
  return mark;
}

}  // namespace lif
