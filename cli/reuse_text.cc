#include "cli/reuse_text.h"

#include "absl/strings/str_cat.h"
#include "cli/table.h"
#include "cli/text.h"

namespace lif {
namespace {

Cell UseCell(v1::LayerDisposition disposition) {
  switch (disposition) {
    case v1::LAYER_DISPOSITION_REUSED:
      return {"reused", Tone::kGood};
    case v1::LAYER_DISPOSITION_JOINED:
      return {"joined", Tone::kAccent};
    case v1::LAYER_DISPOSITION_BUILT:
      return {"built", Tone::kWarn};
    default:
      return "";
  }
}

// "reuse saved 41.0s: 3 layers were not built again"
std::string SavedLine(const v1::ReuseSaved& saved) {
  if (saved.layers() == 0) return "reuse saved nothing: every layer was built for it";
  std::string text = absl::StrCat("reuse saved ", DurationText(DurationOf(saved.time())), ": ",
                                  CountText(saved.layers(), "layer"),
                                  saved.layers() == 1 ? " was" : " were", " not built again");
  if (saved.unknown_layers() > 0) {
    absl::StrAppend(&text, "; the time of ", saved.unknown_layers(), " is not known");
  }
  return text;
}

}  // namespace

std::string RenderReuse(const v1::GetBuildResponse& build, const Style& style, size_t width) {
  Table table{{{"LAYER"}, {"USE"}, {"TOOK", true}, {"WHY", false, true}}, {}};
  for (const v1::BuildLayer& layer : build.layers()) {
    if (layer.module().empty()) continue;  // the base
    table.rows.push_back({{layer.module(), Tone::kStrong},
                          UseCell(layer.disposition()),
                          layer.has_duration() ? DurationText(DurationOf(layer.duration())) : "",
                          {SafeForTerminal(layer.reason(), style), Tone::kDim}});
  }
  if (table.rows.empty()) return "";
  return absl::StrCat("\n", RenderTable(table, style, width), SavedLine(build.saved()), "\n");
}

}  // namespace lif
