#include "executor/stage.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace lif {

FailureClass ClassOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return FailureClass::kNone;
    case absl::StatusCode::kDeadlineExceeded:
      return FailureClass::kTimeout;
    case absl::StatusCode::kCancelled:
      return FailureClass::kCancelled;
    case absl::StatusCode::kResourceExhausted:
      return FailureClass::kCapacity;
    case absl::StatusCode::kAborted:
      return FailureClass::kTransient;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kDataLoss:
      return FailureClass::kInfrastructure;
    default:
      return FailureClass::kInternal;
  }
}

StageFailure Retryable(FailureClass failure, std::string message) {
  StageFailure result;
  result.detail.failure = failure;
  result.detail.message = std::move(message);
  return result;
}

StageFailure Retryable(const absl::Status& status) {
  return Retryable(ClassOf(status), std::string(status.message()));
}

StageFailure Final(AfterFailure then, std::string message) {
  StageFailure result = Retryable(FailureClass::kInternal, std::move(message));
  result.then = then;
  return result;
}

namespace {

// Images that wait for the next tests go first.
absl::Status ReserveDisk(const Services& services) {
  const absl::Status first = CheckFreeDisk(services.state.path(), services.limits.min_free_disk);
  if (first.ok()) return first;
  services.tester.RemoveIdleImages();
  return CheckFreeDisk(services.state.path(), services.limits.min_free_disk);
}

}  // namespace

StageResult RunStage(const Stage& stage, const Services& services, BuildRun& run) {
  const absl::Duration started = services.clock.Steady();
  run.reporter.Stage(stage.name);
  run.evidence.BeginStage(stage.name, services.clock.Now());
  StageResult result;
  const absl::Status disk = stage.needs_disk ? ReserveDisk(services) : absl::OkStatus();
  if (!disk.ok()) {
    result = Retryable(disk);
  } else if (!run.lease.work_stop().stop_requested()) {
    result = stage.body({services, run, stage.deadline, run.lease.work_stop()});
  }
  if (run.lease.work_stop().stop_requested()) {
    result = Retryable(FailureClass::kCancelled, absl::StrCat(stage.name, " was stopped"));
  }
  const absl::Duration passed = services.clock.Steady() - started;
  const absl::Duration duration = std::exchange(run.own_time, std::nullopt).value_or(passed);
  run.record.stages[stage.name] = duration;
  if (services.observer != nullptr) {
    const FailureClass failure = result ? result->detail.failure : FailureClass::kNone;
    services.observer->StageEnded({stage.name, duration, failure});
  }
  std::string how = "passed";
  if (result.has_value()) {
    if (result->detail.stage.empty()) result->detail.stage = stage.name;
    how = result->then == AfterFailure::kPark
              ? absl::StrCat("parked: ", result->detail.message)
              : absl::StrCat("failed (", std::string(FailureClassName(result->detail.failure)),
                             "): ", result->detail.message);
  }
  run.evidence.EndStage(stage.name, passed, how);
  return result;
}

}  // namespace lif
