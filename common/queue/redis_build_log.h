// The tail of build logs in Redis; redis_keys.h documents `log` and `sealed`.
#pragma once

#include <string>

#include "common/base/clock.h"
#include "common/queue/build_log.h"
#include "common/queue/queue_functions.h"

namespace lif {

struct RedisBuildLogOptions {
  RedisOptions redis;
  std::string factory = "lif";
  int connections = 4;
};

// Thread-safe. Does no I/O when made. Append of more than 256 KiB goes in several calls.
// RESOURCE_EXHAUSTED when 8 MiB of a log wait to be sealed, OUT_OF_RANGE when the offset is not the
// log's end: the message says where it is.
class RedisBuildLog final : public BuildLog {
 public:
  // `clock` must outlive the log.
  RedisBuildLog(RedisBuildLogOptions options, Clock* clock);

  absl::Status Append(const std::string& build_id, int64_t offset, std::string_view bytes) override;
  absl::Status Seal(const std::string& build_id, const SealedChunk& chunk) override;
  absl::StatusOr<BuildLogView> Read(const std::string& build_id, int64_t offset,
                                    int64_t limit) override;

 private:
  const RedisBuildLogOptions options_;
  RedisClient calls_;
  QueueFunctions functions_;
};

}  // namespace lif
