#include "common/queue/job.h"

#include <array>
#include <cstddef>

#include "absl/strings/numbers.h"

namespace lif {
namespace {

constexpr std::array<std::string_view, 3> kKinds = {"layer", "image", "index"};
constexpr std::array<std::string_view, 7> kStates = {"waiting", "ready",  "delayed", "active",
                                                     "parked",  "ending", "done"};
constexpr std::array<std::string_view, 8> kFailures = {
    "none", "user", "transient", "infrastructure", "timeout", "cancelled", "capacity", "internal"};

template <typename Enum, size_t n>
std::optional<Enum> Find(const std::array<std::string_view, n>& names, std::string_view name) {
  for (size_t i = 0; i < n; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view JobKindName(JobKind kind) {
  return kKinds[static_cast<size_t>(kind)];
}

std::string_view JobStateName(JobState state) {
  return kStates[static_cast<size_t>(state)];
}

std::optional<JobKind> ParseJobKind(std::string_view name) {
  return Find<JobKind>(kKinds, name);
}

std::optional<JobState> ParseJobState(std::string_view name) {
  return Find<JobState>(kStates, name);
}

std::string_view FailureClassName(FailureClass failure) {
  return kFailures[static_cast<size_t>(failure)];
}

std::optional<FailureClass> ParseFailureClass(std::string_view name) {
  return Find<FailureClass>(kFailures, name);
}

std::optional<int64_t> GenerationOf(const std::string& job_id) {
  int64_t generation = 0;
  const size_t dot = job_id.find('.');
  if (dot == std::string::npos || !absl::SimpleAtoi(job_id.substr(dot + 1), &generation)) {
    return std::nullopt;
  }
  return generation;
}

}  // namespace lif
