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
  for (size_t i = 0; i < shown.size(); ++i) {
    const auto byte = static_cast<unsigned char>(shown[i]);
    if (byte < 0x20 || byte == 0x7f) shown[i] = '?';
    // U+0080 to U+009F: a terminal may obey them, too.
    if (byte == 0xc2 && i + 1 < shown.size() && static_cast<unsigned char>(shown[i + 1]) < 0xa0) {
      shown.replace(i, 2, "?");
    }
  }
  return absl::StrCat("'", shown, "'");
}

}  // namespace lif
