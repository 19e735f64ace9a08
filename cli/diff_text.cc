#include "cli/diff_text.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/text.h"

namespace lif {
namespace {

struct Sign {
  const char* text;
  Tone tone;
};

Sign SignOf(v1::ChangeKind change) {
  switch (change) {
    case v1::CHANGE_KIND_ADDED:
      return {"+", Tone::kGood};
    case v1::CHANGE_KIND_REMOVED:
      return {"-", Tone::kBad};
    default:
      return {"~", Tone::kWarn};
  }
}

std::string SideText(const v1::DiffSide& side, const Style& style) {
  std::string text =
      absl::StrCat(style.Paint(Tone::kStrong, side.manifest_id()), " ", side.platform());
  if (!side.build_id().empty()) {
    absl::StrAppend(&text, "  ", style.Paint(Tone::kDim, side.build_id()));
  }
  return text;
}

std::string ValueText(const v1::DiffEntry& entry, const Style& style) {
  const std::string a = SafeForTerminal(entry.a(), style);
  const std::string b = SafeForTerminal(entry.b(), style);
  if (entry.change() == v1::CHANGE_KIND_ADDED) return b;
  if (entry.change() == v1::CHANGE_KIND_REMOVED) return a;
  return absl::StrCat(a, style.unicode ? " → " : " -> ", b);
}

// The headings are plural, but for what there is one of.
std::string Heading(const std::string& what) {
  const bool one = what == "outcome" || what == "platform" || what == "template" ||
                   what == "base" || what == "config";
  return one ? what : what + "s";
}

std::string Count(int count, const std::string& what) {
  return what == "config" ? absl::StrCat(count, " of the configuration") : CountText(count, what);
}

// "equal: 5 layers, 103 packages" or "differ in 1 module, 2 layers; 3 of 5 layers shared"
std::string SummaryLine(const v1::DiffBuildsResponse& diff) {
  std::vector<std::string> parts;
  for (int i = 0; i < diff.entries_size();) {
    const std::string& what = diff.entries(i).what();
    const int begin = i;
    while (i < diff.entries_size() && diff.entries(i).what() == what) ++i;
    parts.push_back(Count(i - begin, what));
  }
  std::string packages;
  if (diff.shared_packages() > 0) {
    packages = absl::StrCat(", ", CountText(diff.shared_packages(), "package"));
  }
  if (parts.empty()) {
    return absl::StrCat("equal: ", CountText(diff.shared_layers(), "layer"), packages);
  }
  return absl::StrCat("they differ in ", absl::StrJoin(parts, ", "),
                      "; shared: ", diff.shared_layers(), " of ",
                      CountText(std::max(diff.layers_a(), diff.layers_b()), "layer"), packages);
}

}  // namespace

std::string RenderDiff(const v1::DiffBuildsResponse& diff, const Style& style) {
  std::string out =
      absl::StrCat("A  ", SideText(diff.a(), style), "\nB  ", SideText(diff.b(), style), "\n");
  size_t width = 0;
  for (const v1::DiffEntry& entry : diff.entries()) {
    width = std::max(width, std::min<size_t>(DisplayWidth(entry.name()), 40));
  }
  std::string what;
  for (const v1::DiffEntry& entry : diff.entries()) {
    if (entry.what() != what) {
      what = entry.what();
      absl::StrAppend(&out, "\n", style.Paint(Tone::kStrong, Heading(what)), "\n");
    }
    const Sign sign = SignOf(entry.change());
    const std::string name = SafeForTerminal(entry.name(), style);
    const std::string gap(width > DisplayWidth(name) ? width - DisplayWidth(name) : 0, ' ');
    absl::StrAppend(&out, "  ", style.Paint(sign.tone, absl::StrCat(sign.text, " ", name)), gap,
                    "  ", ValueText(entry, style), "\n");
  }
  absl::StrAppend(&out, "\n", style.Paint(Tone::kStrong, SummaryLine(diff)), "\n");
  for (const std::string& note : diff.notes()) {
    absl::StrAppend(&out, style.Paint(Tone::kDim, "note: " + SafeForTerminal(note, style)), "\n");
  }
  return out;
}

}  // namespace lif
