#include "cli/prewarm_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/table.h"
#include "cli/text.h"

namespace lif {
namespace {

Cell AnswerCell(const v1::PrewarmedStack& stack, bool dry_run) {
  switch (stack.disposition()) {
    case v1::DISPOSITION_REUSED:
      return {"ready", Tone::kGood};
    case v1::DISPOSITION_JOINED:
      return {"joined", Tone::kAccent};
    default:
      return {dry_run ? "to build" : "queued", Tone::kWarn};
  }
}

// "2 to build, 1 ready"
std::string LayersText(const v1::PrewarmedStack& stack) {
  std::string text;
  const std::pair<int, const char*> parts[] = {{stack.layers_queued(), " to build"},
                                               {stack.layers_joined(), " joined"},
                                               {stack.layers_reused(), " ready"}};
  for (const auto& [count, word] : parts) {
    if (count > 0) absl::StrAppend(&text, text.empty() ? "" : ", ", count, word);
  }
  return text;
}

std::string TotalsText(const v1::PrewarmResponse& reply, bool dry_run) {
  std::string text = absl::StrCat(reply.queued(), dry_run ? " to build, " : " queued, ",
                                  reply.joined(), " joined, ", reply.reused(), " ready");
  if (reply.beyond_limit() > 0) {
    absl::StrAppend(&text, "; ", reply.beyond_limit(), " ranked below --limit");
  }
  return absl::StrCat(text, "\na layer of which no time is known counts ",
                      DurationText(DurationOf(reply.assumed_cost())), "\n");
}

}  // namespace

std::string RenderPrewarm(const v1::PrewarmResponse& reply, bool dry_run, const Style& style,
                          size_t width) {
  if (reply.stacks().empty()) return "no manifest that is named has a stable layer\n";
  Table table{{{"STACK", false, true},
               {"PLATFORM"},
               {"MANIFESTS", true},
               {"COST", true},
               {"STATE"},
               {"LAYERS"},
               {"BUILD"}},
              {}};
  for (const v1::PrewarmedStack& stack : reply.stacks()) {
    table.rows.push_back({{absl::StrJoin(stack.modules(), " + "), Tone::kStrong},
                          stack.platform(),
                          absl::StrCat(stack.manifests()),
                          DurationText(DurationOf(stack.cost())),
                          AnswerCell(stack, dry_run),
                          LayersText(stack),
                          {stack.build_id(), Tone::kDim}});
  }
  return absl::StrCat(RenderTable(table, style, width), "\n", TotalsText(reply, dry_run));
}

}  // namespace lif
