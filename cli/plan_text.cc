#include "cli/plan_text.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/plan_tree.h"
#include "cli/slot_text.h"
#include "cli/table.h"
#include "cli/text.h"

namespace lif {
namespace {

struct Word {
  const char* text;
  Tone tone;
};

Word WordOf(v1::LayerDisposition disposition) {
  switch (disposition) {
    case v1::LAYER_DISPOSITION_REUSED:
      return {"reused", Tone::kGood};
    case v1::LAYER_DISPOSITION_JOINED:
      return {"joined", Tone::kAccent};
    default:
      return {"build", Tone::kWarn};
  }
}

Word WordOf(v1::Disposition disposition) {
  switch (disposition) {
    case v1::DISPOSITION_REUSED:
      return {"reused", Tone::kGood};
    case v1::DISPOSITION_JOINED:
      return {"joined", Tone::kAccent};
    case v1::DISPOSITION_INVALID:
      return {"invalid", Tone::kBad};
    default:
      return {"build", Tone::kWarn};
  }
}

class TreeWriter {
 public:
  TreeWriter(const v1::PlanBuildsResponse& plan, const Style& style) : style_(style) {
    for (const v1::PlannedJob& job : plan.jobs()) {
      if (job.has_estimate()) estimates_[job.job_id()] = DurationOf(job.estimate());
    }
    for (const auto& [platform, root] : PlanTrees(plan)) {
      absl::StrAppend(&out_, style.Paint(Tone::kStrong, platform), "\n");
      Write(root, "");
    }
  }

  std::string Take() { return std::move(out_); }

 private:
  void Write(const PlanNode& node, const std::string& indent) {
    for (size_t i = 0; i < node.children.size(); ++i) {
      const PlanNode& child = *node.children[i];
      const bool last = i + 1 == node.children.size();
      const char* branch = style_.unicode ? (last ? "└─ " : "├─ ") : (last ? "`- " : "|- ");
      const char* below = last ? "   " : style_.unicode ? "│  " : "|  ";
      absl::StrAppend(&out_, style_.Paint(Tone::kDim, indent + branch),
                      child.build != nullptr ? ImageLine(*child.build) : LayerLine(*child.layer),
                      "\n");
      Write(child, indent + below);
    }
  }

  std::string LayerLine(const v1::PlannedLayer& layer) const {
    const Word word = WordOf(layer.disposition());
    std::string line = absl::StrCat(SlotText(layer.slot()), " ", layer.module(), "  ",
                                    style_.Paint(word.tone, word.text));
    if (layer.cut() && !layer.pool().empty()) {
      absl::StrAppend(&line, "  ", layer.pool(), Took(layer.job_id()));
    }
    if (layer.disposition() != v1::LAYER_DISPOSITION_REUSED) {
      absl::StrAppend(&line, "  ",
                      style_.Paint(Tone::kDim, SafeForTerminal(layer.reason(), style_)));
    }
    return line;
  }

  std::string ImageLine(const v1::PlannedBuild& build) const {
    const Word word = WordOf(build.build().disposition());
    const std::string& why = build.build().reason();
    return absl::StrCat("image ", style_.Paint(Tone::kStrong, build.build().manifest_id()), "  ",
                        style_.Paint(word.tone, word.text), "  ", build.build().pool(),
                        Took(ImageJob(build)), "  ",
                        style_.Paint(Tone::kDim, SafeForTerminal(why, style_)));
  }

  static std::string ImageJob(const v1::PlannedBuild& build) {
    return absl::StrCat(build.build().build_key(), ".", build.build().generation());
  }

  // " about 40.0s"; "" when it is not known
  std::string Took(const std::string& job_id) const {
    const auto found = estimates_.find(job_id);
    return found == estimates_.end() ? "" : " about " + DurationText(found->second);
  }

  const Style& style_;
  std::unordered_map<std::string, absl::Duration> estimates_;
  std::string out_;
};

std::string RenderOthers(const v1::PlanBuildsResponse& plan, const Style& style) {
  std::string out;
  for (const v1::PlannedBuild& build : plan.builds()) {
    if (!build.layers().empty()) continue;
    const Word word = WordOf(build.build().disposition());
    absl::StrAppend(&out, style.Paint(word.tone, word.text), "  ",
                    style.Paint(Tone::kStrong, build.build().manifest_id()),
                    build.build().platform().empty() ? "" : " ", build.build().platform(), "  ",
                    style.Paint(Tone::kDim, SafeForTerminal(build.build().reason(), style)), "\n");
  }
  return out;
}

std::string BuildsText(const v1::PlanBuildsResponse& plan) {
  const std::pair<int, const char*> parts[] = {{plan.builds_reused(), "answered by records"},
                                               {plan.builds_joined(), "joined"},
                                               {plan.builds_queued(), "to build"},
                                               {plan.builds_invalid(), "invalid"}};
  std::vector<std::string> texts;
  for (const auto& [count, name] : parts) {
    if (count > 0) texts.push_back(absl::StrCat(count, " ", name));
  }
  return absl::StrJoin(texts, ", ");
}

std::string EstimateText(const v1::PlanBuildsResponse& plan) {
  if (plan.builds_queued() + plan.builds_joined() == 0) return "";
  std::string text =
      absl::StrCat(DurationText(DurationOf(plan.estimated_work())), " of work, ",
                   DurationText(DurationOf(plan.estimated_elapsed())), " along the longest path");
  if (plan.unknown_estimates() > 0) {
    absl::StrAppend(&text, "; without ", CountText(plan.unknown_estimates(), "job"),
                    " of which no earlier time is known");
  }
  return text;
}

std::string LayersText(const v1::PlanBuildsResponse& plan) {
  if (plan.layers_reused() + plan.layers_joined() + plan.layers_built() == 0) return "";
  return absl::StrCat(plan.layers_reused(), " reused, ", plan.layers_joined(), " joined, ",
                      plan.layers_built(), " to build");
}

std::string Separated(const std::string& before, const std::string& part) {
  return before.empty() || part.empty() ? part : "\n" + part;
}

}  // namespace

std::string RenderPlan(const v1::PlanBuildsResponse& plan, const Style& style) {
  std::string out = TreeWriter(plan, style).Take();
  out += Separated(out, RenderOthers(plan, style));
  if (plan.builds_left_out() > 0) {
    absl::StrAppend(
        &out,
        style.Paint(Tone::kDim,
                    absl::StrCat("and ", CountText(plan.builds_left_out(), "more build"),
                                 ", counted below; --limit shows more")),
        "\n");
  }
  const std::string totals = RenderFields({{"builds", BuildsText(plan)},
                                           {"layers", LayersText(plan)},
                                           {"estimate", EstimateText(plan)}},
                                          style);
  return out + Separated(out, totals);
}

}  // namespace lif
