// Domain values as the values of lif.v1. Texts become valid UTF-8: one bad byte loses a reply.
#pragma once

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "common/catalog/model.h"
#include "common/queue/job.h"
#include "common/records/record.h"
#include "lif/v1/common.pb.h"

namespace lif {

// Absent (unset) for an infinite time, which stands for "not yet".
void SetTime(absl::Time time, google::protobuf::Timestamp* out);
bool IsTime(absl::Time time);
void SetDuration(absl::Duration duration, google::protobuf::Duration* out);
absl::Time TimeOf(const google::protobuf::Timestamp& time);
absl::Duration DurationOf(const google::protobuf::Duration& duration);

std::string Text(std::string_view text);  // ToValidUtf8

v1::BuildState ToProto(JobState state);
v1::JobKind ToProto(JobKind kind);
v1::Outcome ToProto(Outcome outcome);
v1::FailureClass ToProto(FailureClass failure);
v1::LayerDisposition ToProto(LayerUse use);
v1::Slot ToProto(Slot slot);
// "app" to SLOT_APP; UNSPECIFIED for the base and what is unknown.
v1::Slot SlotOf(std::string_view name);

void SetFailure(const FailureDetail& failure, v1::Failure* out);
// Cuts its texts at `limit` bytes.
void ShortenFailure(size_t limit, v1::Failure* failure);

}  // namespace lif
