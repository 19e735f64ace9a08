#include "cli/build_report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/table.h"
#include "cli/text.h"

namespace lif {
namespace {

constexpr size_t kLabelWidth = 9;  // "exit code"

constexpr const char* kStageOrder[] = {"prepare", "layers", "contexts", "render",     "build",
                                       "push",    "test",   "sbom",     "provenance", "sign",
                                       "blobs",   "record", "publish"};

size_t StageRank(const std::string& stage) {
  const auto found = std::find(std::begin(kStageOrder), std::end(kStageOrder), stage);
  return static_cast<size_t>(found - std::begin(kStageOrder));
}

std::string ImageOf(const v1::Record& record) {
  if (record.image_digest().empty()) return "";
  return absl::StrCat(record.repository(), "@", record.image_digest());
}

bool Good(const v1::Record& record) {
  return record.outcome() == v1::OUTCOME_COMPATIBLE;
}

bool Reused(const BuildResult& result) {
  return result.submitted.disposition() == v1::DISPOSITION_REUSED;
}

// "✓ compatible  python-web linux/amd64  in 34.2s".
std::string Headline(const BuildResult& result, const Style& style, absl::Time now) {
  const v1::Record& record = result.record;
  const Tone tone = OutcomeTone(record.outcome());
  std::string when;
  if (Reused(result)) {
    when = "reused";
    if (record.has_ended_at()) {
      absl::StrAppend(&when, ", built ", AgoText(TimeOf(record.ended_at()), now));
    }
  } else if (record.has_started_at() && record.has_ended_at()) {
    when =
        absl::StrCat("in ", DurationText(TimeOf(record.ended_at()) - TimeOf(record.started_at())));
  }
  return absl::StrCat(style.Paint(tone, Good(record) ? style.Tick() : style.Cross()), " ",
                      style.Paint(tone, OutcomeText(record.outcome())), "  ",
                      style.Paint(Tone::kStrong, record.manifest_id()), " ", record.platform(),
                      when.empty() ? "" : "  ", style.Paint(Tone::kDim, when), "\n");
}

std::string QuotedTail(const std::string& tail, const Style& style) {
  if (tail.empty()) return "";
  std::string safe = SafeForTerminal(tail, style);
  while (!safe.empty() && safe.back() == '\n') safe.pop_back();
  std::string out = absl::StrCat("\n  ", style.Paint(Tone::kDim, "last output"), "\n");
  for (size_t from = 0; from <= safe.size();) {
    const size_t end = std::min(safe.find('\n', from), safe.size());
    absl::StrAppend(&out, "  ", style.Paint(Tone::kDim, style.Bar()), " ",
                    safe.substr(from, end - from), "\n");
    from = end + 1;
  }
  return out + "\n";
}

// When several failed: a single one is what the failure tells already.
std::string FailedTests(const v1::Record& record) {
  std::vector<std::string> lines;
  for (const v1::TestResult& test : record.tests()) {
    if (test.passed()) continue;
    lines.push_back(absl::StrCat(test.name(), " of ",
                                 test.owner().empty() ? "the template" : test.owner(),
                                 test.message().empty() ? "" : ": ", test.message()));
  }
  return lines.size() < 2 ? "" : absl::StrJoin(lines, "\n");
}

}  // namespace

std::string StagesText(const v1::Record& record) {
  std::vector<v1::StageTiming> timings(record.timings().begin(), record.timings().end());
  std::stable_sort(timings.begin(), timings.end(), [](const auto& a, const auto& b) {
    return StageRank(a.stage()) < StageRank(b.stage());
  });
  std::vector<std::string> parts;
  for (const v1::StageTiming& timing : timings) {
    const absl::Duration took = DurationOf(timing.duration());
    // What takes no time worth reading is in the record, not here.
    if (took < absl::Milliseconds(20)) continue;
    parts.push_back(absl::StrCat(timing.stage(), " ", DurationText(took)));
  }
  return absl::StrJoin(parts, ", ");
}

std::string StepsText(const v1::Record& record) {
  if (record.steps_cached() + record.steps_run() == 0) return "";
  return absl::StrCat(record.steps_cached(), " cached, ", record.steps_run(), " run");
}

std::string TestsText(const v1::Record& record) {
  int passed = 0;
  for (const v1::TestResult& test : record.tests()) passed += test.passed() ? 1 : 0;
  const int failed = record.tests_size() - passed;
  if (record.tests_size() == 0) return "";
  if (failed == 0) return absl::StrCat(passed, " passed");
  return absl::StrCat(passed, " passed, ", failed, " failed");
}

std::string WhyText(const v1::Failure& failure) {
  // BuildKit repeats the command, which is told beside it.
  const bool repeats = failure.message().rfind("process \"", 0) == 0;
  if (repeats && failure.has_exit_code()) {
    return absl::StrCat("the command ended with exit code ", failure.exit_code().value());
  }
  return failure.message();
}

std::vector<Field> FailureFields(const v1::Failure& failure, const Style& style) {
  const bool user = failure.failure_class() == v1::FAILURE_CLASS_USER;
  std::string where = failure.module();
  if (!where.empty() && failure.fragment_line() > 0) {
    absl::StrAppend(&where, ", fragment.Dockerfile line ", failure.fragment_line());
  }
  std::string stage = failure.stage();
  if (!user && !ClassText(failure.failure_class()).empty()) {
    absl::StrAppend(&stage, stage.empty() ? "" : ", ",
                    std::string(ClassText(failure.failure_class())));
  }
  const std::string exit_code =
      failure.has_exit_code() ? absl::StrCat(failure.exit_code().value()) : "";
  return {{"why", {SafeForTerminal(WhyText(failure), style), Tone::kBad}},
          {"stage", stage},
          {"module", where},
          {"test", failure.test()},
          {"command", SafeForTerminal(failure.command(), style)},
          {"exit code", exit_code},
          {"caused by", failure.cause_build_id()}};
}

std::string RenderBuildReport(const BuildResult& result, const Style& style, absl::Time now) {
  const v1::Record& record = result.record;
  std::string out = Headline(result, style, now);
  if (!Good(record)) {
    out += RenderFields(FailureFields(record.failure(), style), style, kLabelWidth);
    out += QuotedTail(result.log_tail, style);
  }
  const std::string& id = record.build_id();
  std::vector<Field> fields = {
      {"reused", {Reused(result) ? result.submitted.reason() : "", Tone::kDim}},
      {"image", ImageOf(record)},
      {"tag", {absl::StrJoin(record.tags(), "\n"), Tone::kStrong}},
      {"steps", StepsText(record)},
      {"tests", {TestsText(record)}},
      {"failed", {FailedTests(record), Tone::kBad}},
      {"time", Reused(result) ? "" : StagesText(record)},
  };
  if (result.directory.empty()) {
    fields.push_back({"record", absl::StrCat("lif records show ", id)});
    fields.push_back({"evidence", absl::StrCat("lif evidence ", id)});
    if (!Good(record)) fields.push_back({"log", absl::StrCat("lif logs ", id)});
  } else {
    fields.push_back({"local", "known to this engine alone; no factory has recorded it"});
    fields.push_back({"evidence", result.directory + "/evidence.log"});
    if (!Good(record)) fields.push_back({"log", result.directory + "/build.log"});
  }
  return out + RenderFields(fields, style, kLabelWidth);
}

std::string RenderBuildReports(const std::vector<BuildResult>& results, const Style& style,
                               absl::Time now, size_t width, size_t details) {
  Table table{{{"", false, false},
               {"MANIFEST"},
               {"PLATFORM"},
               {"OUTCOME"},
               {"STEPS"},
               {"TIME", true},
               {"BUILD", false, true}},
              {}};
  std::string failures;
  std::vector<std::string> tags;
  size_t told = 0;
  for (const BuildResult& result : results) {
    const v1::Record& record = result.record;
    std::string time = "reused";
    if (!Reused(result) && record.has_started_at()) {
      time = DurationText(TimeOf(record.ended_at()) - TimeOf(record.started_at()));
    }
    const Tone tone = OutcomeTone(record.outcome());
    table.rows.push_back({{std::string(Good(record) ? style.Tick() : style.Cross()), tone},
                          {record.manifest_id(), Tone::kStrong},
                          record.platform(),
                          {std::string(OutcomeText(record.outcome())), tone},
                          StepsText(record),
                          time,
                          {record.build_id(), Tone::kDim}});
    for (const std::string& tag : record.tags()) tags.push_back(tag);
    if (!Good(record) && told++ < details) {
      absl::StrAppend(&failures, "\n", RenderBuildReport(result, style, now));
    }
  }
  std::string out = RenderTable(table, style, width);
  // Apart, since a reference that is shortened to fit is of no use.
  if (!tags.empty()) {
    absl::StrAppend(&out, "\n", RenderFields({{"tags", absl::StrJoin(tags, "\n")}}, style));
  }
  return out + failures;
}

}  // namespace lif
