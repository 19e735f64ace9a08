// Times, sizes and names as people read them. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "cli/style.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "lif/v1/common.pb.h"

namespace lif {

std::string DurationText(absl::Duration duration);     // "0.35s", "12.4s", "3m 05s", "2h 10m"
std::string AgoText(absl::Time then, absl::Time now);  // "5s ago", "3m ago", "2d ago"
std::string TimeText(absl::Time time);                 // "2026-01-02 03:04:05Z"
std::string SizeText(int64_t bytes);                   // "512 B", "1.4 MiB"
std::string CountText(int64_t count, std::string_view noun);  // "1 build", "2 builds"

absl::Time TimeOf(const google::protobuf::Timestamp& timestamp);
absl::Duration DurationOf(const google::protobuf::Duration& duration);

std::string_view OutcomeText(v1::Outcome outcome);  // "compatible"; "" for unspecified
Tone OutcomeTone(v1::Outcome outcome);
std::string_view StateText(v1::BuildState state);      // "running"
std::string_view ClassText(v1::FailureClass failure);  // "user"

}  // namespace lif
