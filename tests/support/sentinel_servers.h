// Real sentinels that watch a RedisServer for a test. They end with the object.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace lif {

// A TCP port of 127.0.0.1 that was free a moment ago.
int FreePort();

// Not thread-safe.
class SentinelServers {
 public:
  // `count` sentinels that watch the primary at 127.0.0.1:`port` under the name "main", and fail it
  // over once most of them have not heard of it for `down_after`.
  static absl::StatusOr<std::unique_ptr<SentinelServers>> Start(int count, int port,
                                                                absl::Duration down_after);
  ~SentinelServers();
  SentinelServers(const SentinelServers&) = delete;
  SentinelServers& operator=(const SentinelServers&) = delete;

  std::vector<std::pair<std::string, int>> addresses() const;

 private:
  explicit SentinelServers(std::string directory) : directory_(std::move(directory)) {}

  const std::string directory_;
  std::vector<int> ports_;
  std::vector<pid_t> pids_;
};

}  // namespace lif
