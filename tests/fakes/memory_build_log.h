// Build logs in memory, with the behaviour of RedisBuildLog.
#pragma once

#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"
#include "common/queue/build_log.h"

namespace lif {

// Thread-safe.
class MemoryBuildLog final : public BuildLog {
 public:
  // While not OK, every call answers it.
  void SetAway(absl::Status status);

  absl::Status Append(const std::string& build_id, int64_t offset, std::string_view bytes) override;
  absl::Status Seal(const std::string& build_id, const SealedChunk& chunk) override;
  absl::StatusOr<BuildLogView> Read(const std::string& build_id, int64_t offset,
                                    int64_t limit) override;

 private:
  struct Log {
    std::vector<SealedChunk> sealed;
    int64_t sealed_end = 0;
    std::string tail;  // from sealed_end on
  };

  Mutex mutex_;
  absl::Status away_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Log> logs_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace lif
