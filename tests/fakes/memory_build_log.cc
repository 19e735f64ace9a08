#include "tests/fakes/memory_build_log.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

constexpr int64_t kTailLimit = 8 << 20;
constexpr int64_t kReadLimit = 1 << 20;

}  // namespace

void MemoryBuildLog::SetAway(absl::Status status) {
  MutexLock lock(&mutex_);
  away_ = std::move(status);
}

absl::Status MemoryBuildLog::Append(const std::string& build_id, int64_t offset,
                                    std::string_view bytes) {
  MutexLock lock(&mutex_);
  LIF_RETURN_IF_ERROR(away_);
  Log& log = logs_[build_id];
  const int64_t end = log.sealed_end + static_cast<int64_t>(log.tail.size());
  const int64_t finish = offset + static_cast<int64_t>(bytes.size());
  if (finish <= end) return absl::OkStatus();
  if (offset > end) {
    return absl::OutOfRangeError(absl::StrCat("the log ends at ", end, ", not at ", offset));
  }
  if (finish - log.sealed_end > kTailLimit) {
    return absl::ResourceExhaustedError("8 MiB of the log wait to be sealed");
  }
  log.tail.append(bytes.substr(static_cast<size_t>(end - offset)));
  return absl::OkStatus();
}

absl::Status MemoryBuildLog::Seal(const std::string& build_id, const SealedChunk& chunk) {
  MutexLock lock(&mutex_);
  LIF_RETURN_IF_ERROR(away_);
  Log& log = logs_[build_id];
  if (chunk.offset + chunk.size <= log.sealed_end) return absl::OkStatus();
  if (chunk.offset != log.sealed_end) {
    return absl::OutOfRangeError(
        absl::StrCat("the sealed part ends at ", log.sealed_end, ", not at ", chunk.offset));
  }
  if (chunk.size > static_cast<int64_t>(log.tail.size())) {
    return absl::OutOfRangeError("the log ends before the chunk does");
  }
  log.sealed.push_back(chunk);
  log.sealed_end += chunk.size;
  log.tail.erase(0, static_cast<size_t>(chunk.size));
  return absl::OkStatus();
}

absl::StatusOr<BuildLogView> MemoryBuildLog::Read(const std::string& build_id, int64_t offset,
                                                  int64_t limit) {
  MutexLock lock(&mutex_);
  LIF_RETURN_IF_ERROR(away_);
  const Log& log = logs_[build_id];
  BuildLogView view;
  view.sealed = log.sealed;
  view.end = log.sealed_end + static_cast<int64_t>(log.tail.size());
  view.tail_offset = std::max(offset, log.sealed_end);
  if (view.tail_offset < view.end) {
    view.tail = log.tail.substr(static_cast<size_t>(view.tail_offset - log.sealed_end),
                                static_cast<size_t>(std::clamp<int64_t>(limit, 0, kReadLimit)));
  }
  return view;
}

}  // namespace lif
