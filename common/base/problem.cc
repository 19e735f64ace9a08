#include "common/base/problem.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "common/base/utf8.h"

namespace lif {

std::string Problem::ToString() const {
  std::string text = file;
  if (line > 0) absl::StrAppend(&text, text.empty() ? "" : ":", line);
  if (!text.empty()) text += ": ";
  if (!field.empty()) absl::StrAppend(&text, field, ": ");
  absl::StrAppend(&text, what);
  if (!remedy.empty()) absl::StrAppend(&text, "; ", remedy);
  return text;
}

void SortProblems(std::vector<Problem>& problems) {
  auto key = [](const Problem& problem) {
    return std::tie(problem.file, problem.line, problem.field, problem.what, problem.remedy);
  };
  std::sort(problems.begin(), problems.end(),
            [&](const Problem& a, const Problem& b) { return key(a) < key(b); });
  problems.erase(std::unique(problems.begin(), problems.end()), problems.end());
}

std::string Quoted(std::string_view text, size_t limit) {
  // ToValidUtf8 may triple the length: cut first, so that the cost is bounded by `limit`.
  std::string shown = TruncateUtf8(ToValidUtf8(text.substr(0, limit + 1)), limit);
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return absl::StrCat("'", shown, "'");
}

}  // namespace lif
