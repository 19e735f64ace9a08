// Runs the tests in the image, by digest: the modules' in stack order, then the template's. The
// first that fails ends the stage.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "executor/evidence.h"
#include "executor/stage.h"

namespace lif {
namespace {

constexpr size_t kTailLines = 50;
// As a shell has them: 128 + the signal.
constexpr int kSigkilled = 137;
constexpr int kSigtermed = 143;

struct PlannedTest {
  std::string module_ref;  // "" for the template's
  ImageTest test;
};

std::vector<PlannedTest> PlanTests(const ResolvedManifest& manifest) {
  std::vector<PlannedTest> tests;
  for (const ResolvedModule& resolved : manifest.stack) {
    for (const ImageTest& test : resolved.module.tests) {
      tests.push_back({resolved.module.Ref(), test});
    }
  }
  for (const ImageTest& test : manifest.image_template.tests) tests.push_back({"", test});
  return tests;
}

// "" when the test passed.
std::string Fault(const ImageTest& test, const TestRun& run) {
  if (run.timed_out) {
    return absl::StrCat("did not end within ", absl::FormatDuration(test.timeout));
  }
  if (run.out_of_memory) return "was killed because its memory ran out (exit code 137)";
  if (run.exit_code != 0) return absl::StrCat("ended with exit code ", run.exit_code);
  if (test.expect_stdout.has_value() && !absl::StrContains(run.out, *test.expect_stdout)) {
    return absl::StrCat("stdout has no '", *test.expect_stdout, "'");
  }
  return "";
}

std::vector<std::string> LastLines(const TestRun& run) {
  std::string output = run.out;
  if (!output.empty() && output.back() != '\n' && !run.err.empty()) output += '\n';
  output += run.err;
  std::vector<std::string> lines = absl::StrSplit(output, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  if (lines.size() > kTailLines) lines.erase(lines.begin(), lines.end() - kTailLines);
  return lines;
}

TestRunRequest RequestFor(const StageContext& context, const PlannedTest& planned, size_t index) {
  const BuildRun& run = context.run;
  TestRunRequest request;
  request.image = run.record.image;
  request.platform = run.platform.ToString();
  request.container = absl::StrCat("lif-", run.record.build_id, "-", run.job.token, "-", index);
  request.build_id = run.record.build_id;
  request.user = run.manifest.image_template.config.user;
  const auto& needs = run.identity.requires_;
  request.gpu = std::find(needs.begin(), needs.end(), "gpu") != needs.end();
  request.test = planned.test;
  return request;
}

void Note(BuildRun& run, const PlannedTest& planned, const TestRun& ran, const std::string& fault) {
  run.record.tests.push_back(
      {planned.test.name, planned.module_ref, fault.empty(), ran.exit_code, fault, ran.duration});
  run.evidence.Command(ran.argv);
  run.evidence.Text(ran.out);
  run.evidence.Text(ran.err);
  const std::string said =
      absl::StrCat(fault.empty() ? "PASS " : "FAIL ",
                   planned.module_ref.empty() ? "template" : planned.module_ref, ": ",
                   planned.test.name, fault.empty() ? "" : ": ", fault, "\n");
  run.Say(said);
  if (fault.empty()) return;
  run.reporter.Log(ran.out);
  run.reporter.Log(ran.err);
}

// A signal that the container got from outside, such as `docker kill` or an engine that stops, says
// nothing about the image. SIGKILL of a lack of memory does.
bool WasKilledFromOutside(const TestRun& run) {
  return !run.timed_out && !run.out_of_memory &&
         (run.exit_code == kSigkilled || run.exit_code == kSigtermed);
}

StageFailure Killed(BuildRun& run, const PlannedTest& planned, const TestRun& ran) {
  StageFailure failure =
      Retryable(FailureClass::kInfrastructure,
                absl::StrCat("the container of test ", planned.test.name,
                             " was killed from outside (exit code ", ran.exit_code,
                             "), and not for its memory; see who stops containers on this engine"));
  failure.detail.module_ref = planned.module_ref;
  failure.detail.command = ShellLine(planned.test.run);
  failure.detail.exit_code = ran.exit_code;
  run.log_tail = LastLines(ran);
  return failure;
}

StageFailure Incompatible(BuildRun& run, const PlannedTest& planned, const TestRun& ran,
                          const std::string& fault) {
  StageFailure failure;
  failure.then = AfterFailure::kRecord;
  failure.outcome = Outcome::kIncompatible;
  failure.detail.failure = FailureClass::kUser;
  failure.detail.module_ref = planned.module_ref;
  failure.detail.command = ShellLine(planned.test.run);
  if (!ran.timed_out) failure.detail.exit_code = ran.exit_code;
  failure.detail.message = absl::StrCat(
      "test ", planned.test.name, " of ",
      planned.module_ref.empty() ? run.manifest.image_template.Ref() : planned.module_ref, " ",
      fault);
  run.log_tail = LastLines(ran);
  return failure;
}

StageResult RunTests(const StageContext& context, const std::vector<PlannedTest>& tests) {
  BuildRun& run = context.run;
  for (size_t i = 0; i < tests.size(); ++i) {
    run.reporter.Step({.step = static_cast<int>(i),
                       .steps = static_cast<int>(tests.size()),
                       .steps_cached = run.record.steps_cached,
                       .step_name = tests[i].test.name});
    const auto ran = context.services.tester.Run(RequestFor(context, tests[i], i), context.stop);
    if (!ran.ok()) return Retryable(ran.status());
    if (WasKilledFromOutside(*ran)) return Killed(run, tests[i], *ran);
    const std::string fault = Fault(tests[i].test, *ran);
    Note(run, tests[i], *ran, fault);
    if (!fault.empty()) return Incompatible(run, tests[i], *ran, fault);
  }
  return std::nullopt;
}

}  // namespace

StageResult TestStage(const StageContext& context) {
  BuildRun& run = context.run;
  const std::vector<PlannedTest> tests = PlanTests(run.manifest);
  run.record.tests.clear();
  if (tests.empty()) {
    run.evidence.Text("no tests");
    return std::nullopt;
  }
  const absl::Status pulled = context.services.tester.Pull(
      run.record.image, run.platform.ToString(), context.deadline, context.stop);
  if (!pulled.ok()) return Retryable(pulled);
  StageResult result = RunTests(context, tests);
  context.services.tester.Release(run.record.image);
  return result;
}

}  // namespace lif
