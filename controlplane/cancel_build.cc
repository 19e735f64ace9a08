#include "controlplane/cancel_build.h"

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"

namespace lif {
namespace {

constexpr absl::Duration kPeriod = absl::Milliseconds(100);

// An executor completes a job only after its programs have ended; a job that ends without one is
// held by nobody.
bool NothingRuns(const BuildStatus& build) {
  return build.over() || build.job->state == JobState::kEnding;
}

bool IsAway(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

CancelAnswer AnswerOf(CancelResult result) {
  switch (result) {
    case CancelResult::kCancelled:
      return CancelAnswer::kCancelled;
    case CancelResult::kRequested:
      return CancelAnswer::kRequested;
    case CancelResult::kShared:
      return CancelAnswer::kLeft;
    case CancelResult::kEnded:
      break;
  }
  return CancelAnswer::kAlreadyDone;
}

}  // namespace

absl::StatusOr<CancelBuildOutput> CancelBuild::Run(const CancelBuildInput& input,
                                                   const CallEnd& end) const {
  const absl::StatusOr<CancelResult> result = seams_.queue.Cancel(input.build_id, input.tenant);
  // The queue forgets what is over; the records don't.
  if (!result.ok() && !absl::IsNotFound(result.status())) return result.status();
  CancelBuildOutput output;
  output.answer = result.ok() ? AnswerOf(*result) : CancelAnswer::kAlreadyDone;
  LIF_ASSIGN_OR_RETURN(output.build, BuildReader(seams_.queue, seams_.records).Get(input.build_id));
  if (output.answer != CancelAnswer::kRequested) return output;
  return AwaitEnd(input, std::move(output.build), end);
}

absl::StatusOr<CancelBuildOutput> CancelBuild::AwaitEnd(const CancelBuildInput& input,
                                                        BuildStatus build,
                                                        const CallEnd& end) const {
  const BuildReader builds(seams_.queue, seams_.records);
  const absl::Duration until = seams_.clock.Steady() + input.wait;
  while (!NothingRuns(build)) {
    const absl::Duration left = until - seams_.clock.Steady();
    if (left <= absl::ZeroDuration()) {
      return CancelBuildOutput{CancelAnswer::kRequested, std::move(build)};
    }
    LIF_RETURN_IF_ERROR(end.Pause(seams_.clock, std::min(kPeriod, left)));
    absl::StatusOr<BuildStatus> now = builds.Get(input.build_id);
    // The request stands, whatever becomes of the stores.
    if (!now.ok() && IsAway(now.status())) continue;
    if (!now.ok()) return now.status();
    build = *std::move(now);
  }
  return CancelBuildOutput{CancelAnswer::kEnded, std::move(build)};
}

}  // namespace lif
