#include "cli/status_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/build_report.h"
#include "cli/table.h"
#include "cli/text.h"

namespace lif {
namespace {

Tone StateTone(v1::BuildState state) {
  switch (state) {
    case v1::BUILD_STATE_RUNNING:
      return Tone::kAccent;
    case v1::BUILD_STATE_DEAD:
      return Tone::kBad;
    case v1::BUILD_STATE_DELAYED:
    case v1::BUILD_STATE_ENDING:
      return Tone::kWarn;
    default:
      return Tone::kPlain;
  }
}

// The outcome of a build that is over, else its state.
Cell StateCell(const v1::Build& build) {
  if (build.outcome() != v1::OUTCOME_UNSPECIFIED) {
    return {std::string(OutcomeText(build.outcome())), OutcomeTone(build.outcome())};
  }
  return {std::string(StateText(build.state())), StateTone(build.state())};
}

bool Over(const v1::Build& build) {
  return build.state() == v1::BUILD_STATE_DONE || build.state() == v1::BUILD_STATE_DEAD;
}

// "attempt 2 of 3 begins in 12s (2026-01-02 03:04:05Z), because attempt 1 failed: …"
std::string RetryText(const v1::Build& build, absl::Time now) {
  std::string text = absl::StrCat("attempt ", build.attempt());
  if (build.max_attempts() > 0) absl::StrAppend(&text, " of ", build.max_attempts());
  if (build.has_not_before()) {
    const absl::Time due = TimeOf(build.not_before());
    absl::StrAppend(&text, " begins ", due > now ? "in " + DurationText(due - now) : "now", " (",
                    TimeText(due), ")");
  }
  if (!build.message().empty()) {
    absl::StrAppend(&text, ", because attempt ", build.attempt() - 1, " failed: ", build.message());
  }
  return text;
}

std::string WaitingText(const v1::Build& build, absl::Time now) {
  if (build.state() == v1::BUILD_STATE_DELAYED) return RetryText(build, now);
  std::string text = build.waiting_reason();
  if (build.ahead() > 0) absl::StrAppend(&text, "; ", CountText(build.ahead(), "build"), " ahead");
  return text;
}

std::string DoingText(const v1::Build& build) {
  if (build.state() != v1::BUILD_STATE_RUNNING) return "";
  std::string text = build.stage();
  if (build.step().total() > 0) {
    absl::StrAppend(&text, ", ", build.step().number(), " of ", build.step().total(), " steps");
  }
  if (!build.step().name().empty()) absl::StrAppend(&text, "\n", build.step().name());
  return text;
}

std::string TookText(const v1::Build& build, absl::Time now) {
  if (!build.has_started_at()) return "";
  const absl::Time end = build.has_ended_at() ? TimeOf(build.ended_at()) : now;
  return DurationText(end - TimeOf(build.started_at()));
}

std::string WhenText(const google::protobuf::Timestamp& time, absl::Time now) {
  return absl::StrCat(AgoText(TimeOf(time), now), " (", TimeText(TimeOf(time)), ")");
}

std::string AttemptText(const v1::Build& build) {
  if (build.attempt() <= 1 && build.crashes() == 0) return "";
  std::string text = absl::StrCat(build.attempt());
  if (build.max_attempts() > 0) absl::StrAppend(&text, " of ", build.max_attempts());
  if (build.crashes() > 0) {
    absl::StrAppend(&text, ", after ", CountText(build.crashes(), "lost executor"));
  }
  return text;
}

// A layer is told of by the manifest that says how to build it.
std::string SubjectText(const v1::Build& build) {
  if (build.kind() == v1::JOB_KIND_LAYER) return absl::StrCat("layer of ", build.manifest_id());
  if (build.kind() == v1::JOB_KIND_INDEX) return absl::StrCat("index of ", build.manifest_id());
  return build.manifest_id();
}

// What one types next.
std::vector<Field> NextSteps(const v1::Build& build) {
  const std::string& id = build.build_id();
  if (build.state() == v1::BUILD_STATE_DONE) {
    return {{"record", absl::StrCat("lif records show ", id)},
            {"evidence", absl::StrCat("lif evidence ", id)}};
  }
  return {{"follow", absl::StrCat("lif logs -f ", id)}, {"stop", absl::StrCat("lif cancel ", id)}};
}

}  // namespace

std::string RenderBuild(const v1::Build& build, const Style& style, absl::Time now) {
  const Cell state = StateCell(build);
  std::string out = absl::StrCat(
      style.Paint(state.tone, state.text), "  ", style.Paint(Tone::kStrong, SubjectText(build)),
      " ", build.platform(), "  ", style.Paint(Tone::kDim, build.build_id()), "\n");
  std::vector<Field> fields = {
      {"waits", {SafeForTerminal(WaitingText(build, now), style), Tone::kWarn}},
      {"doing", {SafeForTerminal(DoingText(build), style), Tone::kAccent}},
      {"cancelling", build.cancel_requested() && !Over(build) ? "asked for, not yet ended" : ""},
      {"attempt", AttemptText(build)},
      {"before",
       {SafeForTerminal(
            Over(build) || build.state() == v1::BUILD_STATE_DELAYED ? "" : build.message(), style),
        Tone::kWarn}},
      {"image", build.image()},
      {"executor", build.executor()},
      {"pool", build.pool()},
      {"submitted", build.has_submitted_at() ? WhenText(build.submitted_at(), now) : ""},
      {"took", TookText(build, now)},
      {"generation", build.generation() > 1 ? absl::StrCat(build.generation()) : ""},
      {"priority", build.priority() != 0 ? absl::StrCat(build.priority()) : ""},
      {"tenants", absl::StrJoin(build.tenants(), ", ")},
  };
  if (build.state() == v1::BUILD_STATE_DEAD) {
    fields.insert(fields.begin(), {"why", {SafeForTerminal(build.message(), style), Tone::kBad}});
  }
  for (Field& field : NextSteps(build)) fields.push_back(std::move(field));
  if (build.has_failure()) {
    const std::vector<Field> failure = FailureFields(build.failure(), style);
    fields.insert(fields.begin(), failure.begin(), failure.end());
  }
  return out + RenderFields(fields, style);
}

std::string RenderBuildList(const google::protobuf::RepeatedPtrField<v1::Build>& builds,
                            const Style& style, absl::Time now, size_t width) {
  Table table{{{"BUILD"},
               {"MANIFEST"},
               {"PLATFORM"},
               {"STATE"},
               {"TIME", true},
               {"SUBMITTED", true},
               {"DOING", false, true}},
              {}};
  for (const v1::Build& build : builds) {
    std::string doing = WaitingText(build, now);
    if (build.state() == v1::BUILD_STATE_RUNNING) {
      doing = build.stage() == "build" && !build.step().name().empty() ? build.step().name()
                                                                       : build.stage();
    } else if (build.has_failure()) {
      const std::string why = WhyText(build.failure());
      doing = why.substr(0, why.find('\n'));
    }
    table.rows.push_back(
        {{build.build_id(), Tone::kDim},
         {SubjectText(build), Tone::kStrong},
         build.platform(),
         StateCell(build),
         TookText(build, now),
         build.has_submitted_at() ? AgoText(TimeOf(build.submitted_at()), now) : "",
         {SafeForTerminal(doing, style), Tone::kDim}});
  }
  return RenderTable(table, style, width);
}

}  // namespace lif
