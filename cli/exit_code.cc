#include "cli/exit_code.h"

#include <algorithm>

namespace lif {

ExitCode ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return ExitCode::kOk;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kUnimplemented:
      return ExitCode::kUsage;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kAborted:
      return ExitCode::kUnavailable;
    case absl::StatusCode::kCancelled:
      return ExitCode::kInterrupted;
    default:
      return ExitCode::kError;
  }
}

ExitCode ExitCodeOf(v1::Outcome outcome) {
  switch (outcome) {
    case v1::OUTCOME_INCOMPATIBLE:
      return ExitCode::kIncompatible;
    case v1::OUTCOME_FAILED:
      return ExitCode::kFailed;
    case v1::OUTCOME_ERROR:
      return ExitCode::kError;
    case v1::OUTCOME_CANCELLED:
      return ExitCode::kCancelled;
    default:
      return ExitCode::kOk;
  }
}

ExitCode WorstOf(const std::vector<ExitCode>& codes) {
  for (const ExitCode worst :
       {ExitCode::kInterrupted, ExitCode::kError, ExitCode::kFailed, ExitCode::kIncompatible,
        ExitCode::kCancelled, ExitCode::kUsage, ExitCode::kUnavailable}) {
    if (std::find(codes.begin(), codes.end(), worst) != codes.end()) return worst;
  }
  return ExitCode::kOk;
}

}  // namespace lif
