#include "executor/job_runner.h"

#include "absl/strings/str_cat.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "common/sbom/spdx.h"
#include "executor/image_names.h"
#include "executor/layer_account.h"
#include "executor/spool_settler.h"

namespace lif {
namespace {

std::vector<Stage> StagesFor(const StageLimits& limits) {
  return {
      {"prepare", limits.prepare, false, PrepareStage},
      {"layers", limits.prepare, false, LayersStage},
      {"render", limits.prepare, false, RenderStage},
      {"contexts", limits.contexts, true, ContextStage},
      {"build", limits.build, true, BuildStage},
      {"push", limits.push, false, PushStage},
  };
}

Record NewRecord(const ClaimedJob& job, const ExecutorIdentity& identity, absl::Time now) {
  Record record;
  record.kind = job.spec.kind;
  record.build_id = job.spec.build_id;
  record.build_key = job.spec.key;
  record.generation = job.spec.generation;
  record.token = job.token;
  record.manifest_id = job.spec.manifest_id;
  record.platform = job.spec.platform;
  record.pool = job.spec.pool;
  record.executor = identity.id;
  record.tenant = job.tenant;
  record.attempt = job.attempt;
  record.submitted = job.submitted;
  record.started = now;
  return record;
}

// An end without an executor brings no verdict: a queue that says otherwise is not believed.
StageResult ResultOf(const ForcedEnd& end) {
  if (end.outcome != "cancelled" && end.outcome != "error" && end.outcome != "failed") {
    return Final(AfterFailure::kBury,
                 absl::StrCat("the job ended without an executor as '", end.outcome.substr(0, 60),
                              "': the queue's entry is corrupt"));
  }
  StageFailure failure;
  failure.then = AfterFailure::kRecord;
  failure.outcome = ParseOutcome(end.outcome).value_or(Outcome::kError);
  failure.detail.failure = end.failure;
  failure.detail.message = end.message;
  failure.detail.cause_build_id = end.cause_build_id;
  return failure;
}

bool WasStopped(const StageResult& result) {
  return result.has_value() && result->detail.failure == FailureClass::kCancelled;
}

}  // namespace

JobRunner::JobRunner(const Services& services)
    : services_(services),
      settler_(services),
      stages_(StagesFor(services.limits)),
      index_stages_({{"index", services.limits.push, false, IndexStage}}) {}

void JobRunner::Handle(const ClaimedJob& job, HeldLease& lease) {
  services_.logger.Info("job claimed", {{"build_id", job.spec.build_id},
                                        {"kind", JobKindName(job.spec.kind)},
                                        {"manifest_id", job.spec.manifest_id},
                                        {"attempt", job.attempt},
                                        {"token", job.token}});
  if (services_.observer != nullptr) {
    services_.observer->Claimed(job, services_.clock.Now() - job.submitted);
  }
  if (services_.spool != nullptr && services_.spool->Resume(job)) return;
  const absl::Status status = Attempt(job, lease);
  if (!status.ok()) {
    // Not even begun: no directory, no disk. Another attempt, or executor, may have more luck.
    services_.logger.Error("job not begun", {{"build_id", job.spec.build_id}, {"error", status}});
    Record record = NewRecord(job, services_.identity, services_.clock.Now());
    record.failure.failure = FailureClass::kCapacity;
    record.failure.stage = "prepare";
    record.failure.message = std::string(status.message());
    record.finished = record.started;
    if (!settler_.Fail(lease, record.failure)) settler_.Settle(lease, {record, {}, {}});
  }
  if (services_.observer != nullptr && lease.reason() == StopReason::kLost) {
    services_.observer->LeaseLost();
  }
}

absl::Status JobRunner::Attempt(const ClaimedJob& job, HeldLease& lease) {
  if (!IsUlid(job.spec.build_id)) {  // it becomes a path, and a tag
    settler_.Bury(lease, absl::StrCat("'", job.spec.build_id.substr(0, 60),
                                      "' is no build ID: the queue's entry is corrupt"));
    return absl::OkStatus();
  }
  Workspace workspace(services_.state.JobPath(job.spec.build_id, job.token));
  LIF_RETURN_IF_ERROR(workspace.Create());
  EvidenceLog evidence(workspace.Path("evidence.log"));
  LIF_RETURN_IF_ERROR(evidence.Open());
  JobReporter reporter({services_.queue, services_.build_log, services_.blobs, services_.clock},
                       lease, job.spec.build_id, workspace.Path("build.log"), services_.logger);
  LIF_RETURN_IF_ERROR(reporter.Start());
  BuildRun run{job, lease, workspace, evidence, reporter};
  run.record = NewRecord(job, services_.identity, services_.clock.Now());
  evidence.Header(run.record);
  Conclude(run, job.end.has_value() ? ResultOf(*job.end) : RunStages(run));
  return absl::OkStatus();
}

StageResult JobRunner::RunStages(BuildRun& run) {
  const JobKind kind = run.job.spec.kind;
  for (const Stage& stage : kind == JobKind::kIndex ? index_stages_ : stages_) {
    StageResult result = RunStage(stage, services_, run);
    if (result.has_value() || run.recorded.has_value() || run.in_ledger) return result;
  }
  return kind == JobKind::kImage ? Examine(run) : std::nullopt;
}

StageResult JobRunner::Examine(BuildRun& run) {
  const std::unique_ptr<SbomTask> sbom = StartSbom(services_, run);
  const Stage test{"test", services_.limits.pull, false, TestStage};
  StageResult tested = RunStage(test, services_, run);
  // An image that failed its tests is kept, so its list of packages is too.
  if (tested.has_value() && tested->outcome != Outcome::kIncompatible) return tested;
  if (sbom == nullptr) {
    run.evidence.Text("no SBOM: this executor has no scanner");
    return tested;
  }
  const Stage list{"sbom", services_.limits.sbom, false,
                   [&sbom](const StageContext& context) { return SbomStage(context, *sbom); }};
  StageResult listed = RunStage(list, services_, run);
  // The verdict of a test stands, whatever became of the SBOM.
  return tested.has_value() && !WasStopped(listed) ? tested : listed;
}

void JobRunner::Conclude(BuildRun& run, const StageResult& result) {
  const StopReason reason = run.lease.reason();
  if (reason == StopReason::kLost) return;
  if (reason == StopReason::kHandBack) {
    run.Say("The executor is draining; the build is handed back.\n");
    run.reporter.Stop();
    return settler_.HandBack(run.lease);
  }
  if (run.recorded.has_value()) return settler_.Finish(run.lease, *run.recorded);
  Record& record = run.record;
  if (!result.has_value()) return ConcludeWell(run);
  if (result->then == AfterFailure::kPark) {
    if (Park(run, *result)) return;
    record.failure.failure = FailureClass::kInfrastructure;
    record.failure.stage = result->detail.stage;
    record.failure.message = "its layers were lost again and again: is the registry keeping them?";
    record.outcome = Outcome::kError;
    return SettleRun(run);
  }
  if (result->then == AfterFailure::kBury) {
    run.reporter.Stop();
    return settler_.Bury(run.lease, result->detail.message);
  }
  record.failure = result->detail;
  record.outcome = result->outcome;
  const bool retry = result->then == AfterFailure::kRetry;
  if (retry && reason == StopReason::kCancelled) {
    record.outcome = Outcome::kCancelled;
    record.failure.failure = FailureClass::kCancelled;
    record.failure.message = "cancelled while it was running, in stage " + record.failure.stage;
  } else if (retry) {
    run.Say(absl::StrCat("Attempt ", record.attempt, " failed (",
                         std::string(FailureClassName(record.failure.failure)), ", in stage ",
                         record.failure.stage, "): ", record.failure.message, "\n"));
    // Before the lease is given up: the next attempt goes on where this log ends.
    run.reporter.Stop();
    if (settler_.Fail(run.lease, record.failure)) return;
  }
  SettleRun(run);
}

void JobRunner::ConcludeWell(BuildRun& run) {
  Record& record = run.record;
  record.outcome = Outcome::kCompatible;
  if (record.kind == JobKind::kImage) {
    record.tags = {PublishedTag(services_.identity.registry, record.manifest_id, run.platform)};
    // There will be no index to bear this name.
    if (OfferedPlatforms(run.manifest).size() == 1) {
      record.tags.push_back(IndexTag(services_.identity.registry, record.manifest_id));
    }
  }
  if (run.in_ledger) AccountForMade(*run.made, &record);
  SettleRun(run);
}

bool JobRunner::Park(BuildRun& run, const StageFailure& parked) {
  run.Say(absl::StrCat("Parked: ", parked.detail.message, "\n"));
  run.reporter.Stop();
  return settler_.Park(run.lease, parked.needs).ok();
}

void JobRunner::SettleRun(BuildRun& run) {
  Record& record = run.record;
  record.finished = services_.clock.Now();
  run.evidence.Verdict(record);
  run.reporter.Stop();
  const std::string log = run.reporter.WholeLog(run.workspace.Path("whole.log"));
  Settlement settlement{record, {}, run.log_tail};
  if (record.outcome == Outcome::kCompatible && !run.in_ledger) settlement.layer = run.made;
  settlement.artifacts = {{"evidence.log", "text/plain; charset=utf-8", run.evidence.path(), ""},
                          {"build.log", "text/plain; charset=utf-8", log, ""}};
  if (!run.dockerfile.text.empty()) {
    settlement.artifacts.push_back(
        {"Dockerfile", "text/plain; charset=utf-8", "", run.dockerfile.text});
  }
  if (!run.sbom.empty()) {
    settlement.artifacts.push_back({kSbomArtifact, kSpdxMediaType, "", run.sbom});
  }
  settler_.Settle(run.lease, std::move(settlement));
}

}  // namespace lif
