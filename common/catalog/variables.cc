#include "common/catalog/variables.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/near_match.h"
#include "common/catalog/values.h"

namespace lif {
namespace {

std::vector<std::string> Names(const CatalogVariables& variables) {
  std::vector<std::string> names;
  for (const auto& [name, unused] : variables) names.push_back(name);
  return names;
}

}  // namespace

std::string ExpandVariables(std::string_view text, const CatalogVariables& variables,
                            const std::string& field, int first_line,
                            std::vector<Problem>* problems) {
  constexpr std::string_view kOpen = "${{";
  std::string result;
  size_t copied = 0;
  int line = first_line;
  auto report = [&](std::string what, std::string remedy) {
    problems->push_back({"", line, field, std::move(what), std::move(remedy)});
  };
  for (size_t open = text.find(kOpen); open != std::string_view::npos;
       open = text.find(kOpen, open)) {
    line += static_cast<int>(std::count(text.begin() + static_cast<std::ptrdiff_t>(copied),
                                        text.begin() + static_cast<std::ptrdiff_t>(open), '\n'));
    result.append(text.substr(copied, open - copied));
    copied = open;
    size_t close = text.find("}}", open);
    if (close == std::string_view::npos || close - open > 100) {
      report("has '${{' without '}}'", "write ${{ name }}");
      break;
    }
    std::string name(text.substr(open + kOpen.size(), close - open - kOpen.size()));
    absl::StripAsciiWhitespace(&name);
    auto found = variables.find(name);
    if (found != variables.end()) {
      result += found->second;
    } else if (IsCatalogVariable(name)) {
      report(absl::StrCat("variable ", Quoted(name), " is not in catalog.yaml",
                          DidYouMean(name, Names(variables))),
             kUndefinedVariableRemedy);
    } else {
      report(absl::StrCat(Quoted(name), " is not the name of a variable"),
             "write ${{ name }} with a name of [a-z][a-z0-9_]*");
    }
    if (result.size() > kMaxExpandedBytes) {
      report("grows too large with its variables", "use fewer, or shorter ones");
      return "";
    }
    copied = open = close + 2;
  }
  result.append(text.substr(copied));
  return result;
}

}  // namespace lif
