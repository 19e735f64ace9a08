#include "cli/build_summary.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "cli/table.h"
#include "cli/text.h"

namespace lif {
namespace {

constexpr size_t kMaxReasons = 10;
constexpr size_t kMaxFailed = 20;

struct Counts {
  int64_t all = 0;
  int64_t reused = 0;
  int64_t joined = 0;
  int64_t queued = 0;
  int64_t invalid = 0;

  void Add(v1::Disposition disposition) {
    ++all;
    if (disposition == v1::DISPOSITION_REUSED) ++reused;
    if (disposition == v1::DISPOSITION_JOINED) ++joined;
    if (disposition == v1::DISPOSITION_QUEUED) ++queued;
    if (disposition == v1::DISPOSITION_INVALID) ++invalid;
  }
};

Cell Number(int64_t count, Tone tone) {
  return {count == 0 ? "-" : absl::StrCat(count), count == 0 ? Tone::kDim : tone};
}

std::vector<Cell> Row(const std::string& name, const Counts& counts) {
  return {{name, Tone::kStrong},
          Number(counts.all, Tone::kPlain),
          Number(counts.reused, Tone::kGood),
          Number(counts.joined, Tone::kAccent),
          Number(counts.queued, Tone::kAccent),
          Number(counts.invalid, Tone::kBad)};
}

// Each reason once, with the first that has it, most frequent first.
std::string InvalidText(const v1::SubmitBuildsResponse& reply, const Style& style) {
  struct Seen {
    const v1::SubmittedBuild* first = nullptr;
    int64_t count = 0;
  };
  std::map<std::string, Seen> reasons;
  for (const v1::SubmittedBuild& build : reply.builds()) {
    if (build.disposition() != v1::DISPOSITION_INVALID) continue;
    Seen& seen = reasons[build.reason()];
    if (++seen.count == 1) seen.first = &build;
  }
  std::vector<Seen> order;
  for (const auto& [reason, seen] : reasons) order.push_back(seen);
  std::stable_sort(order.begin(), order.end(),
                   [](const Seen& a, const Seen& b) { return a.count > b.count; });
  std::string text;
  for (size_t i = 0; i < std::min(order.size(), kMaxReasons); ++i) {
    const v1::SubmittedBuild& build = *order[i].first;
    absl::StrAppend(&text, style.Paint(Tone::kBad, style.Cross()), " ", build.manifest_id(),
                    build.platform().empty() ? "" : absl::StrCat(" on ", build.platform()),
                    order[i].count > 1 ? absl::StrCat(" and ", order[i].count - 1, " more") : "",
                    ": ", SafeForTerminal(build.reason(), style), "\n");
  }
  if (order.size() > kMaxReasons) {
    absl::StrAppend(&text, "  and ", order.size() - kMaxReasons,
                    " other reasons; --output json has all\n");
  }
  return text;
}

}  // namespace

void Merge(const v1::SubmitBuildsResponse& part, v1::SubmitBuildsResponse* whole) {
  if (whole->request_id().empty()) whole->set_request_id(part.request_id());
  whole->mutable_builds()->MergeFrom(part.builds());
  for (const std::string& warning : part.warnings()) {
    const auto& known = whole->warnings();
    if (std::find(known.begin(), known.end(), warning) == known.end()) {
      whole->add_warnings(warning);
    }
  }
  whole->set_reused(whole->reused() + part.reused());
  whole->set_joined(whole->joined() + part.joined());
  whole->set_queued(whole->queued() + part.queued());
  whole->set_invalid(whole->invalid() + part.invalid());
}

std::string RenderSubmitSummary(const v1::SubmitBuildsResponse& reply, const Style& style,
                                size_t width) {
  std::map<std::string, Counts> platforms;
  Counts all;
  for (const v1::SubmittedBuild& build : reply.builds()) {
    platforms[build.platform()].Add(build.disposition());
    all.Add(build.disposition());
  }
  Table table{{{"PLATFORM"},
               {"BUILDS", true},
               {"REUSED", true},
               {"JOINED", true},
               {"QUEUED", true},
               {"INVALID", true}},
              {}};
  for (const auto& [platform, counts] : platforms) {
    table.rows.push_back(Row(platform.empty() ? "unknown" : platform, counts));
  }
  if (platforms.size() > 1) table.rows.push_back(Row("all", all));
  const std::string invalid = InvalidText(reply, style);
  return absl::StrCat(RenderTable(table, style, width), invalid.empty() ? "" : "\n", invalid);
}

std::string RenderOutcomeSummary(const std::vector<BuildResult>& results, const Style& style,
                                 size_t width) {
  std::map<v1::Outcome, int64_t> counts;
  Table failed{{{""}, {"MANIFEST"}, {"PLATFORM"}, {"OUTCOME"}, {"BUILD"}, {"WHY", false, true}},
               {}};
  int64_t not_compatible = 0;
  for (const BuildResult& result : results) {
    const v1::Record& record = result.record;
    ++counts[record.outcome()];
    if (record.outcome() == v1::OUTCOME_COMPATIBLE) continue;
    if (++not_compatible > static_cast<int64_t>(kMaxFailed)) continue;
    const Tone tone = OutcomeTone(record.outcome());
    const std::string why = WhyText(record.failure());
    failed.rows.push_back({{style.Cross(), tone},
                           {record.manifest_id(), Tone::kStrong},
                           record.platform(),
                           {std::string(OutcomeText(record.outcome())), tone},
                           {record.build_id(), Tone::kDim},
                           {why.substr(0, why.find('\n')), Tone::kDim}});
  }
  Table table{{{"OUTCOME"}, {"BUILDS", true}}, {}};
  for (const auto& [outcome, count] : counts) {
    table.rows.push_back(
        {{std::string(OutcomeText(outcome)), OutcomeTone(outcome)}, absl::StrCat(count)});
  }
  std::string out = RenderTable(table, style, width);
  if (failed.rows.empty()) return out;
  absl::StrAppend(&out, "\n", RenderTable(failed, style, width));
  if (not_compatible > static_cast<int64_t>(kMaxFailed)) {
    absl::StrAppend(&out, "and ", not_compatible - static_cast<int64_t>(kMaxFailed),
                    " more: lif records list --outcome failed shows them\n");
  }
  return out;
}

}  // namespace lif
