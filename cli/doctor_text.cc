#include "cli/doctor_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "cli/text.h"
#include "common/base/utf8.h"

namespace lif {
namespace {

struct Look {
  const char* word;
  Tone tone;
};

Look LookOf(FindingState state) {
  switch (state) {
    case FindingState::kOk:
      return {"ok", Tone::kGood};
    case FindingState::kWarning:
      return {"warning", Tone::kWarn};
    case FindingState::kProblem:
      return {"problem", Tone::kBad};
    case FindingState::kSkipped:
      break;
  }
  return {"skipped", Tone::kDim};
}

size_t Count(const std::vector<FindingGroup>& groups, FindingState state) {
  size_t count = 0;
  for (const FindingGroup& group : groups) {
    count += static_cast<size_t>(
        std::count_if(group.findings.begin(), group.findings.end(),
                      [state](const Finding& finding) { return finding.state == state; }));
  }
  return count;
}

// Later lines stand under the first.
std::string Indented(const std::string& text, size_t indent) {
  std::string out;
  for (const char c : text) {
    out.push_back(c);
    if (c == '\n') out.append(indent, ' ');
  }
  return out;
}

}  // namespace

std::string RenderFindings(const std::vector<FindingGroup>& groups, const Style& style) {
  constexpr size_t kStateWidth = 9;
  size_t name_width = 0;
  for (const FindingGroup& group : groups) {
    for (const Finding& finding : group.findings) {
      name_width = std::max(name_width, DisplayWidth(finding.name));
    }
  }
  const size_t indent = kStateWidth + name_width + 4;
  std::string out;
  for (const FindingGroup& group : groups) {
    absl::StrAppend(&out, style.Paint(Tone::kStrong, group.where), "\n");
    for (const Finding& finding : group.findings) {
      const Look look = LookOf(finding.state);
      const std::string word = look.word;
      absl::StrAppend(&out, "  ", style.Paint(look.tone, word),
                      std::string(kStateWidth - word.size(), ' '), finding.name,
                      std::string(name_width + 2 - DisplayWidth(finding.name), ' '),
                      Indented(SafeForTerminal(finding.detail, style), indent), "\n");
      if (finding.remedy.empty() || finding.state == FindingState::kOk) continue;
      absl::StrAppend(&out, std::string(indent, ' '),
                      "do: ", Indented(SafeForTerminal(finding.remedy, style), indent), "\n");
    }
  }
  absl::StrAppend(
      &out, CountText(static_cast<int64_t>(Count(groups, FindingState::kProblem)), "problem"), ", ",
      CountText(static_cast<int64_t>(Count(groups, FindingState::kWarning)), "warning"), "\n");
  return out;
}

std::string FindingsJson(const std::vector<FindingGroup>& groups) {
  nlohmann::ordered_json checks = nlohmann::ordered_json::array();
  for (const FindingGroup& group : groups) {
    for (const Finding& finding : group.findings) {
      checks.push_back({{"where", group.where},
                        {"name", finding.name},
                        {"state", LookOf(finding.state).word},
                        {"detail", ToValidUtf8(finding.detail)},
                        {"remedy", ToValidUtf8(finding.remedy)}});
    }
  }
  const nlohmann::ordered_json all = {{"problems", Count(groups, FindingState::kProblem)},
                                      {"warnings", Count(groups, FindingState::kWarning)},
                                      {"checks", checks}};
  return all.dump(2) + "\n";
}

bool HasProblem(const std::vector<FindingGroup>& groups) {
  return Count(groups, FindingState::kProblem) > 0;
}

}  // namespace lif
