#include "cli/progress_board.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "cli/text.h"

namespace lif {
namespace {

constexpr size_t kBarWidth = 20;

struct StageSpan {
  const char* name;
  double begin;
  double end;
};

// Shares of a usual build's time. The steps of "build" fill its span; others are at their start.
constexpr StageSpan kStages[] = {
    {"prepare", 0.00, 0.005}, {"layers", 0.005, 0.01}, {"contexts", 0.01, 0.02},
    {"render", 0.02, 0.03},   {"build", 0.03, 0.60},   {"push", 0.60, 0.66},
    {"test", 0.66, 0.92},     {"sbom", 0.92, 0.94},    {"provenance", 0.94, 0.95},
    {"sign", 0.95, 0.96},     {"blobs", 0.96, 0.97},   {"record", 0.97, 0.98},
    {"publish", 0.98, 1.00}};

// "3/9 [app-api 2/3] RUN pip install ." for the step that runs; `number` steps are over.
std::string StepText(const v1::Step& step) {
  if (step.total() <= 0) return step.name();
  return absl::StrCat(step.number(), "/", step.total(), " ", step.name());
}

// A step is known by its name; the count rises when it ends.
bool SameStep(const v1::Step& a, const v1::Step& b) {
  return a.name() == b.name();
}

bool StepEnds(const v1::Step& before, const v1::Step& after) {
  return !SameStep(before, after) || after.number() > before.number();
}

// "attempt 2 of 3 begins at 2026-01-02 03:04:05Z"
std::string AgainText(const v1::BuildEvent& event) {
  std::string text = absl::StrCat("attempt ", event.attempt());
  if (event.max_attempts() > 0) absl::StrAppend(&text, " of ", event.max_attempts());
  if (event.has_not_before()) {
    absl::StrAppend(&text, " begins at ", TimeText(TimeOf(event.not_before())));
  }
  return text;
}

std::string WaitingText(const v1::BuildEvent& event) {
  std::string text(StateText(event.state()));
  if (event.state() == v1::BUILD_STATE_DELAYED) text = AgainText(event);
  if (!event.message().empty()) absl::StrAppend(&text, ": ", event.message());
  return text;
}

}  // namespace

double StageFraction(const std::string& stage, int step, int steps) {
  for (const StageSpan& span : kStages) {
    if (stage != span.name) continue;
    if (steps <= 0) return span.begin;
    const double part = std::clamp(static_cast<double>(step) / steps, 0.0, 1.0);
    return span.begin + (span.end - span.begin) * part;
  }
  return -1;
}

std::string RenderBar(double fraction, size_t width, const Style& style) {
  const double clamped = std::clamp(fraction, 0.0, 1.0);
  const size_t full = static_cast<size_t>(std::lround(clamped * static_cast<double>(width)));
  std::string done, rest;
  for (size_t i = 0; i < width; ++i) {
    if (i < full) {
      done.append(style.unicode ? "━" : "#");
    } else {
      rest.append(style.unicode ? "─" : "-");
    }
  }
  return style.Paint(Tone::kAccent, done) + style.Paint(Tone::kDim, rest);
}

void ProgressBoard::Add(const v1::SubmittedBuild& build, absl::Duration now) {
  Build added;
  added.name = absl::StrCat(build.manifest_id(), " ", build.platform());
  added.added = added.stage_began = added.step_began = now;
  added.event.set_state(v1::BUILD_STATE_QUEUED);
  name_width_ = std::max(name_width_, added.name.size());
  builds_.emplace(build.build_id(), std::move(added));
}

std::string ProgressBoard::Apply(const v1::BuildEvent& event, absl::Duration now) {
  const auto found = builds_.find(event.build_id());
  if (found == builds_.end() || found->second.event.last()) return "";
  Build& build = found->second;
  std::string lines = options_.live ? LiveChange(build, event, now) : PlainChange(build, event);
  if (event.last()) {
    ++ended_;
    // One build alone is about to get its whole report.
    if (builds_.size() > 1) lines += EndLine(build, event, now);
  }
  Remember(event, now, &build);
  return lines;
}

void ProgressBoard::Remember(const v1::BuildEvent& event, absl::Duration now, Build* build) {
  const v1::BuildEvent& before = build->event;
  const bool attempt = event.attempt() != before.attempt();
  if (event.state() == v1::BUILD_STATE_RUNNING &&
      (attempt || before.state() != v1::BUILD_STATE_RUNNING)) {
    build->began = now;
    build->fraction = 0;
  }
  if (attempt || event.stage() != before.stage()) build->stage_began = now;
  const bool same_step = !attempt && SameStep(event.step(), before.step());
  if (!same_step) build->step_began = now;
  build->step_told = same_step && (build->step_told || StepEnds(before.step(), event.step()));
  build->fraction = std::max(
      build->fraction, StageFraction(event.stage(), event.step().number(), event.step().total()));
  build->event = event;
}

// The step or stage that `next` ends, as a line of its own.
std::string ProgressBoard::StepLine(const Build& build, const v1::BuildEvent& next,
                                    absl::Duration now) const {
  const v1::BuildEvent& before = build.event;
  const Style& style = options_.style;
  const bool stage_ends =
      next.stage() != before.stage() || next.last() || next.attempt() != before.attempt();
  const bool failed = next.last() && next.has_failure() && next.failure().stage() == before.stage();
  const std::string sign =
      failed ? style.Paint(Tone::kBad, style.Cross()) : style.Paint(Tone::kGood, style.Tick());
  if (before.stage().empty() || next.state() == v1::BUILD_STATE_DELAYED) return "";
  const bool has_step = !before.step().name().empty();
  std::string name = before.stage();
  std::string took = DurationText(now - build.stage_began);
  Tone tone = Tone::kDim;
  if (has_step) {
    if (build.step_told || (!stage_ends && !StepEnds(before.step(), next.step()))) return "";
    // What was said last of the step itself tells whether the cache answered it.
    const bool cached =
        SameStep(before.step(), next.step()) ? next.step().cached() : before.step().cached();
    name = before.stage() == "build" ? before.step().name()
                                     : absl::StrCat(before.stage(), " ", before.step().name());
    took = cached ? "cached" : DurationText(now - build.step_began);
    if (cached) tone = Tone::kAccent;
  } else if (!stage_ends || before.stage() == "build") {
    return "";
  }
  name = SafeForTerminal(name, style);
  if (options_.width > 0)
    name = Shorten(name, options_.width - std::min<size_t>(options_.width, 16), style);
  return absl::StrCat("  ", sign, " ", name, "  ", style.Paint(tone, took), "\n");
}

std::string ProgressBoard::LiveChange(const Build& build, const v1::BuildEvent& next,
                                      absl::Duration now) const {
  const v1::BuildEvent& before = build.event;
  const Style& style = options_.style;
  std::string lines;
  if (builds_.size() == 1) lines = StepLine(build, next, now);
  const bool retried = before.attempt() > 0 && next.attempt() > before.attempt();
  const bool backs_off =
      next.state() == v1::BUILD_STATE_DELAYED && before.state() != v1::BUILD_STATE_DELAYED;
  if (retried || backs_off) {
    const std::string name = builds_.size() == 1 ? "" : build.name + " ";
    const std::string what = backs_off ? AgainText(next) : absl::StrCat("attempt ", next.attempt());
    absl::StrAppend(&lines, "  ", style.Paint(Tone::kWarn, "!"), " ", name, what,
                    next.message().empty() ? "" : ": ", SafeForTerminal(next.message(), style),
                    "\n");
  }
  return lines;
}

std::string ProgressBoard::PlainChange(const Build& build, const v1::BuildEvent& next) const {
  const v1::BuildEvent& before = build.event;
  const std::string prefix = build.name + ": ";
  std::string lines;
  if (next.last()) return lines;
  const bool begins =
      next.state() == v1::BUILD_STATE_RUNNING &&
      (before.state() != v1::BUILD_STATE_RUNNING || next.attempt() != before.attempt());
  if (begins) {
    absl::StrAppend(&lines, prefix, "running on ", next.executor(),
                    next.attempt() > 1 ? absl::StrCat(", attempt ", next.attempt()) : "", "\n");
  } else if (next.state() != v1::BUILD_STATE_RUNNING &&
             (next.state() != before.state() || next.message() != before.message())) {
    absl::StrAppend(&lines, prefix, SafeForTerminal(WaitingText(next), options_.style), "\n");
  }
  if (!next.step().name().empty()) {
    if (begins || !SameStep(next.step(), before.step())) {
      absl::StrAppend(&lines, prefix, next.stage() == "build" ? "" : next.stage() + " ",
                      SafeForTerminal(StepText(next.step()), options_.style),
                      next.step().cached() ? "  cached" : "", "\n");
    }
  } else if (!next.stage().empty() && (begins || next.stage() != before.stage())) {
    absl::StrAppend(&lines, prefix, next.stage(), "\n");
  }
  return lines;
}

std::string ProgressBoard::EndLine(const Build& build, const v1::BuildEvent& last,
                                   absl::Duration now) const {
  const Style& style = options_.style;
  const Tone tone = OutcomeTone(last.outcome());
  const bool good = last.outcome() == v1::OUTCOME_COMPATIBLE;
  std::string name = build.name;
  name.append(name_width_ - build.name.size(), ' ');
  return absl::StrCat(style.Paint(tone, good ? style.Tick() : style.Cross()), " ", name, "  ",
                      style.Paint(tone, OutcomeText(last.outcome())), "  ",
                      style.Paint(Tone::kDim, DurationText(now - build.added)), "\n");
}

std::string ProgressBoard::LiveLine(const Build& build, absl::Duration now, size_t width) const {
  static constexpr const char* kSpinner[] = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
  static constexpr const char* kPlainSpinner[] = {"|", "/", "-", "\\"};
  const Style& style = options_.style;
  const int64_t frame = absl::ToInt64Milliseconds(now) / 100;
  std::string name = build.name;
  name.append(name_width_ - build.name.size(), ' ');
  if (build.event.state() != v1::BUILD_STATE_RUNNING) {
    const std::string elapsed = DurationText(now - build.added);
    const size_t used = 2 + name.size() + 2 + elapsed.size() + 2;
    const std::string text = Shorten(SafeForTerminal(WaitingText(build.event), style),
                                     width - std::min(width, used), style);
    return absl::StrCat(style.Dot(), " ", style.Paint(Tone::kStrong, name), "  ", text, "  ",
                        style.Paint(Tone::kDim, elapsed));
  }
  const std::string elapsed = DurationText(now - std::min(build.began, now));
  std::string doing = build.event.stage().empty() ? "starting" : build.event.stage();
  if (!build.event.step().name().empty()) {
    doing = doing == "build" ? StepText(build.event.step())
                             : absl::StrCat(doing, " ", StepText(build.event.step()));
  }
  const size_t used = 2 + name.size() + 2 + kBarWidth + 2 + elapsed.size() + 2;
  doing = Shorten(SafeForTerminal(doing, style), width - std::min(width, used), style);
  const std::string spinner = style.unicode ? kSpinner[frame % std::size(kSpinner)]
                                            : kPlainSpinner[frame % std::size(kPlainSpinner)];
  return absl::StrCat(style.Paint(Tone::kAccent, spinner), " ", style.Paint(Tone::kStrong, name),
                      "  ", RenderBar(build.fraction, kBarWidth, style), "  ",
                      style.Paint(Tone::kDim, elapsed), "  ", doing);
}

std::vector<std::string> ProgressBoard::Live(absl::Duration now, size_t width,
                                             size_t height) const {
  std::vector<const Build*> shown;
  for (const auto& [id, build] : builds_) {
    if (!build.event.last()) shown.push_back(&build);
  }
  // Those that run first: a thousand queued ones tell nothing.
  std::stable_sort(shown.begin(), shown.end(), [](const Build* a, const Build* b) {
    return (a->event.state() == v1::BUILD_STATE_RUNNING) >
           (b->event.state() == v1::BUILD_STATE_RUNNING);
  });
  std::vector<std::string> lines;
  const bool cut = shown.size() > height;
  const size_t count = cut && height > 0 ? height - 1 : std::min(shown.size(), height);
  for (size_t i = 0; i < count; ++i) lines.push_back(LiveLine(*shown[i], now, width));
  if (cut && height > 0) {
    lines.push_back(options_.style.Paint(
        Tone::kDim, absl::StrCat("  and ", CountText(static_cast<int64_t>(shown.size() - count),
                                                     "more build"))));
  }
  return lines;
}

}  // namespace lif
