#include "controlplane/proto_values.h"

#include "common/base/utf8.h"

namespace lif {

bool IsTime(absl::Time time) {
  return time != absl::InfinitePast() && time != absl::InfiniteFuture() &&
         time != absl::UnixEpoch();
}

void SetTime(absl::Time time, google::protobuf::Timestamp* out) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  out->set_seconds(seconds);
  out->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

void SetDuration(absl::Duration duration, google::protobuf::Duration* out) {
  const int64_t nanos = absl::ToInt64Nanoseconds(duration);
  out->set_seconds(nanos / 1'000'000'000);
  out->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
}

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

absl::Duration DurationOf(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

std::string Text(std::string_view text) {
  return ToValidUtf8(text);
}

v1::BuildState ToProto(JobState state) {
  switch (state) {
    case JobState::kWaiting:
    case JobState::kParked:
      return v1::BUILD_STATE_WAITING;
    case JobState::kReady:
      return v1::BUILD_STATE_QUEUED;
    case JobState::kDelayed:
      return v1::BUILD_STATE_DELAYED;
    case JobState::kActive:
      return v1::BUILD_STATE_RUNNING;
    case JobState::kEnding:
      return v1::BUILD_STATE_ENDING;
    case JobState::kDone:
      return v1::BUILD_STATE_DONE;
  }
  return v1::BUILD_STATE_UNSPECIFIED;
}

v1::JobKind ToProto(JobKind kind) {
  switch (kind) {
    case JobKind::kLayer:
      return v1::JOB_KIND_LAYER;
    case JobKind::kImage:
      return v1::JOB_KIND_IMAGE;
    case JobKind::kIndex:
      return v1::JOB_KIND_INDEX;
  }
  return v1::JOB_KIND_UNSPECIFIED;
}

v1::Outcome ToProto(Outcome outcome) {
  switch (outcome) {
    case Outcome::kCompatible:
      return v1::OUTCOME_COMPATIBLE;
    case Outcome::kIncompatible:
      return v1::OUTCOME_INCOMPATIBLE;
    case Outcome::kFailed:
      return v1::OUTCOME_FAILED;
    case Outcome::kError:
      return v1::OUTCOME_ERROR;
    case Outcome::kCancelled:
      return v1::OUTCOME_CANCELLED;
  }
  return v1::OUTCOME_UNSPECIFIED;
}

v1::FailureClass ToProto(FailureClass failure) {
  switch (failure) {
    case FailureClass::kNone:
      return v1::FAILURE_CLASS_UNSPECIFIED;
    case FailureClass::kUser:
      return v1::FAILURE_CLASS_USER;
    case FailureClass::kTransient:
      return v1::FAILURE_CLASS_TRANSIENT;
    case FailureClass::kInfrastructure:
      return v1::FAILURE_CLASS_INFRASTRUCTURE;
    case FailureClass::kTimeout:
      return v1::FAILURE_CLASS_TIMEOUT;
    case FailureClass::kCancelled:
      return v1::FAILURE_CLASS_CANCELLED;
    case FailureClass::kCapacity:
      return v1::FAILURE_CLASS_CAPACITY;
    case FailureClass::kInternal:
      return v1::FAILURE_CLASS_INTERNAL;
  }
  return v1::FAILURE_CLASS_UNSPECIFIED;
}

v1::LayerDisposition ToProto(LayerUse use) {
  switch (use) {
    case LayerUse::kReused:
      return v1::LAYER_DISPOSITION_REUSED;
    case LayerUse::kJoined:
      return v1::LAYER_DISPOSITION_JOINED;
    case LayerUse::kBuilt:
      return v1::LAYER_DISPOSITION_BUILT;
  }
  return v1::LAYER_DISPOSITION_UNSPECIFIED;
}

v1::Slot ToProto(Slot slot) {
  switch (slot) {
    case Slot::kSecurity:
      return v1::SLOT_SECURITY;
    case Slot::kCore:
      return v1::SLOT_CORE;
    case Slot::kLight:
      return v1::SLOT_LIGHT;
    case Slot::kApp:
      return v1::SLOT_APP;
  }
  return v1::SLOT_UNSPECIFIED;
}

v1::Slot SlotOf(std::string_view name) {
  const std::optional<Slot> slot = ParseSlot(name);
  return slot ? ToProto(*slot) : v1::SLOT_UNSPECIFIED;
}

void SetFailure(const FailureDetail& failure, v1::Failure* out) {
  out->set_failure_class(ToProto(failure.failure));
  out->set_stage(Text(failure.stage));
  out->set_module(Text(failure.module_ref));
  out->set_fragment_line(failure.fragment_line);
  out->set_command(Text(failure.command));
  if (failure.exit_code) out->mutable_exit_code()->set_value(*failure.exit_code);
  out->set_message(Text(failure.message));
  out->set_cause_build_id(Text(failure.cause_build_id));
}

void ShortenFailure(size_t limit, v1::Failure* failure) {
  failure->set_command(TruncateUtf8(failure->command(), limit));
  failure->set_message(TruncateUtf8(failure->message(), limit));
}

}  // namespace lif
