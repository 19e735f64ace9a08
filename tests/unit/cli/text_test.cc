#include "cli/text.h"

#include "cli/exit_code.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("text: durations") {
  CHECK(DurationText(absl::Milliseconds(350)) == "0.35s");
  CHECK(DurationText(absl::Seconds(9.99)) == "9.99s");
  CHECK(DurationText(absl::Seconds(9.999)) == "10.0s");
  CHECK(DurationText(absl::Seconds(59.9)) == "59.9s");
  CHECK(DurationText(absl::Seconds(59.96)) == "1m 00s");
  CHECK(DurationText(absl::Seconds(185)) == "3m 05s");
  CHECK(DurationText(absl::Seconds(7800)) == "2h 10m");
  CHECK(DurationText(-absl::Seconds(1)) == "0.00s");
}

TEST_CASE("text: ages, sizes, counts") {
  const absl::Time now = absl::FromUnixSeconds(1'000'000);
  CHECK(AgoText(now - absl::Seconds(5), now) == "5s ago");
  CHECK(AgoText(now - absl::Minutes(3), now) == "3m ago");
  CHECK(AgoText(now - absl::Hours(30), now) == "30h ago");
  CHECK(AgoText(now - absl::Hours(50), now) == "2d ago");
  CHECK(AgoText(now + absl::Seconds(5), now) == "0s ago");
  CHECK(TimeText(now) == "1970-01-12 13:46:40Z");
  CHECK(SizeText(512) == "512 B");
  CHECK(SizeText(1468006) == "1.4 MiB");
  CHECK(SizeText(1024 * 1024 - 1) == "1.0 MiB");
  CHECK(CountText(1, "build") == "1 build");
  CHECK(CountText(0, "build") == "0 builds");
}

TEST_CASE("exit codes: of statuses and outcomes") {
  CHECK(ExitCodeOf(absl::OkStatus()) == ExitCode::kOk);
  CHECK(ExitCodeOf(absl::NotFoundError("")) == ExitCode::kUsage);
  CHECK(ExitCodeOf(absl::InvalidArgumentError("")) == ExitCode::kUsage);
  CHECK(ExitCodeOf(absl::FailedPreconditionError("")) == ExitCode::kUsage);
  CHECK(ExitCodeOf(absl::UnavailableError("")) == ExitCode::kUnavailable);
  CHECK(ExitCodeOf(absl::DeadlineExceededError("")) == ExitCode::kUnavailable);
  CHECK(ExitCodeOf(absl::ResourceExhaustedError("")) == ExitCode::kUnavailable);
  CHECK(ExitCodeOf(absl::InternalError("")) == ExitCode::kError);
  CHECK(ExitCodeOf(absl::DataLossError("")) == ExitCode::kError);
  CHECK(static_cast<int>(ExitCodeOf(v1::OUTCOME_COMPATIBLE)) == 0);
  CHECK(static_cast<int>(ExitCodeOf(v1::OUTCOME_FAILED)) == 1);
  CHECK(static_cast<int>(ExitCodeOf(v1::OUTCOME_INCOMPATIBLE)) == 4);
  CHECK(static_cast<int>(ExitCodeOf(v1::OUTCOME_ERROR)) == 5);
  CHECK(static_cast<int>(ExitCodeOf(v1::OUTCOME_CANCELLED)) == 6);
}

TEST_CASE("exit codes: the worst of several") {
  CHECK(WorstOf({}) == ExitCode::kOk);
  CHECK(WorstOf({ExitCode::kOk, ExitCode::kIncompatible, ExitCode::kFailed}) == ExitCode::kFailed);
  CHECK(WorstOf({ExitCode::kUsage, ExitCode::kCancelled}) == ExitCode::kCancelled);
  CHECK(WorstOf({ExitCode::kFailed, ExitCode::kError}) == ExitCode::kError);
}

}  // namespace
}  // namespace lif
