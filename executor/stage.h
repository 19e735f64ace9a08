// What a pipeline stage answers, and how one is run: with a deadline, a duration and an error
// class.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/records/record.h"
#include "executor/build_run.h"
#include "executor/sbom_task.h"
#include "executor/services.h"

namespace lif {

// What follows a failure.
enum class AfterFailure {
  kRetry,   // another attempt while there are some left, then a record of the error
  kRecord,  // a verdict, or an end that no attempt can change
  kPark,    // `needs` are to be done first; no attempt is lost
  kBury,    // the queue's entry contradicts the catalog: a dead letter, and no record under its key
};

// A stage that did not pass.
struct StageFailure {
  AfterFailure then = AfterFailure::kRetry;
  Outcome outcome = Outcome::kError;
  FailureDetail detail;
  std::vector<std::string> needs = {};  // of kPark: IDs of jobs that were submitted
};

using StageResult = std::optional<StageFailure>;  // nullopt: passed

struct StageContext {
  const Services& services;
  BuildRun& run;
  absl::Duration deadline;  // for the whole stage
  std::stop_token stop;
};

struct Stage {
  std::string name;
  absl::Duration deadline;
  bool needs_disk = false;
  std::function<StageResult(const StageContext&)> body;
};

// Runs the stage and accounts for it: evidence, progress, duration. When the lease's work was
// stopped meanwhile, the answer is a failure of class `cancelled`, whatever the stage said.
StageResult RunStage(const Stage& stage, const Services& services, BuildRun& run);

// The class of an error status: UNAVAILABLE is infrastructure, DEADLINE_EXCEEDED timeout, ….
FailureClass ClassOf(const absl::Status& status);

StageFailure Retryable(FailureClass failure, std::string message);
StageFailure Retryable(const absl::Status& status);
// An end of class `internal`: it will not get better by itself.
StageFailure Final(AfterFailure then, std::string message);

// One file each.
StageResult PrepareStage(const StageContext& context);
// Finds what the ledger has to stand on. What is lost, or was never made, becomes jobs that this
// one then waits for.
StageResult LayersStage(const StageContext& context);
StageResult ContextStage(const StageContext& context);
StageResult RenderStage(const StageContext& context);
StageResult BuildStage(const StageContext& context);
StageResult PushStage(const StageContext& context);
StageResult TestStage(const StageContext& context);
// All of an index job.
StageResult IndexStage(const StageContext& context);
// Begins the SBOM of the image that was built; null when this executor makes none.
std::unique_ptr<SbomTask> StartSbom(const Services& services, const BuildRun& run);
// Waits for it; `task` may be null.
StageResult SbomStage(const StageContext& context, SbomTask& task);

}  // namespace lif
