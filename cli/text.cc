#include "cli/text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace lif {

std::string DurationText(absl::Duration duration) {
  const double seconds = std::max(0.0, absl::ToDoubleSeconds(duration));
  if (seconds < 9.995) return absl::StrFormat("%.2fs", seconds);
  if (seconds < 59.95) return absl::StrFormat("%.1fs", seconds);
  const int64_t whole = static_cast<int64_t>(seconds + 0.5);
  if (whole < 3600) return absl::StrFormat("%dm %02ds", whole / 60, whole % 60);
  return absl::StrFormat("%dh %02dm", whole / 3600, whole % 3600 / 60);
}

std::string AgoText(absl::Time then, absl::Time now) {
  const int64_t seconds = std::max<int64_t>(0, absl::ToInt64Seconds(now - then));
  if (seconds < 120) return absl::StrCat(seconds, "s ago");
  if (seconds < 2 * 3600) return absl::StrCat(seconds / 60, "m ago");
  if (seconds < 48 * 3600) return absl::StrCat(seconds / 3600, "h ago");
  return absl::StrCat(seconds / 86400, "d ago");
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%SZ", time, absl::UTCTimeZone());
}

std::string SizeText(int64_t bytes) {
  if (bytes < 1024) return absl::StrCat(bytes, " B");
  const char* units[] = {"KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  for (; value >= 1023.95 && unit + 1 < std::size(units); ++unit) value /= 1024;
  return absl::StrFormat("%.1f %s", value, units[unit]);
}

std::string CountText(int64_t count, std::string_view noun) {
  return absl::StrCat(count, " ", std::string(noun), count == 1 ? "" : "s");
}

absl::Time TimeOf(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

absl::Duration DurationOf(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

std::string_view OutcomeText(v1::Outcome outcome) {
  switch (outcome) {
    case v1::OUTCOME_COMPATIBLE:
      return "compatible";
    case v1::OUTCOME_INCOMPATIBLE:
      return "incompatible";
    case v1::OUTCOME_FAILED:
      return "failed";
    case v1::OUTCOME_ERROR:
      return "error";
    case v1::OUTCOME_CANCELLED:
      return "cancelled";
    default:
      return "";
  }
}

Tone OutcomeTone(v1::Outcome outcome) {
  switch (outcome) {
    case v1::OUTCOME_COMPATIBLE:
      return Tone::kGood;
    case v1::OUTCOME_CANCELLED:
      return Tone::kWarn;
    case v1::OUTCOME_INCOMPATIBLE:
    case v1::OUTCOME_FAILED:
    case v1::OUTCOME_ERROR:
      return Tone::kBad;
    default:
      return Tone::kPlain;
  }
}

std::string_view StateText(v1::BuildState state) {
  switch (state) {
    case v1::BUILD_STATE_WAITING:
      return "waiting";
    case v1::BUILD_STATE_QUEUED:
      return "queued";
    case v1::BUILD_STATE_DELAYED:
      return "delayed";
    case v1::BUILD_STATE_RUNNING:
      return "running";
    case v1::BUILD_STATE_DONE:
      return "done";
    case v1::BUILD_STATE_DEAD:
      return "dead";
    case v1::BUILD_STATE_ENDING:
      return "ending";
    default:
      return "unknown";
  }
}

std::string_view ClassText(v1::FailureClass failure) {
  switch (failure) {
    case v1::FAILURE_CLASS_USER:
      return "user";
    case v1::FAILURE_CLASS_TRANSIENT:
      return "transient";
    case v1::FAILURE_CLASS_INFRASTRUCTURE:
      return "infrastructure";
    case v1::FAILURE_CLASS_TIMEOUT:
      return "timeout";
    case v1::FAILURE_CLASS_CANCELLED:
      return "cancelled";
    case v1::FAILURE_CLASS_CAPACITY:
      return "capacity";
    case v1::FAILURE_CLASS_INTERNAL:
      return "internal";
    default:
      return "";
  }
}

}  // namespace lif
