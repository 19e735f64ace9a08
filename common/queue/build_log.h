// The log of a build while it runs: its tail in Redis, what is older sealed in blobs. Offsets are
// bytes from the start of the log of the build (attempts append). When the build has ended, the
// whole log is an artifact of its record.
// Implementations: RedisBuildLog, MemoryBuildLog (tests/fakes).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace lif {

struct SealedChunk {
  int64_t offset = 0;
  int64_t size = 0;    // at most 1 MiB
  std::string sha256;  // blob
};

struct BuildLogView {
  std::vector<SealedChunk> sealed;  // ascending, contiguous from 0
  int64_t tail_offset = 0;          // where `tail` starts
  std::string tail;                 // from the offset asked for, or from the end of `sealed`
  int64_t end = 0;                  // length of the log so far
};

// Thread-safe; blocks on I/O with a deadline. UNAVAILABLE when Redis is away.
class BuildLog {
 public:
  virtual ~BuildLog() = default;
  // `offset` must be the end of the log; a repeat of what is there changes nothing.
  virtual absl::Status Append(const std::string& build_id, int64_t offset,
                              std::string_view bytes) = 0;
  // Announces a blob that holds [offset, offset + size) and drops that part of the tail.
  virtual absl::Status Seal(const std::string& build_id, const SealedChunk& chunk) = 0;
  // At most `limit` bytes of tail from `offset` on (or from the end of the sealed part).
  virtual absl::StatusOr<BuildLogView> Read(const std::string& build_id, int64_t offset,
                                            int64_t limit) = 0;
};

}  // namespace lif
