// A private Redis for a test: its own directory, a Unix socket, an append-only file. It ends with
// the object, and with the process should that die.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/redis/redis_options.h"

namespace lif {

// Not thread-safe.
class RedisServer {
 public:
  // `more` are further arguments of redis-server, e.g. {"--maxmemory", "50mb"}.
  static absl::StatusOr<std::unique_ptr<RedisServer>> Start(std::vector<std::string> more = {});
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  RedisOptions options() const;
  const std::string& directory() const { return directory_; }

  // SIGKILL, and waits for the end.
  void Kill();
  // After Kill: starts it on what its append-only file holds, and waits until it answers.
  absl::Status Restart();
  // After Kill: removes what it stored.
  absl::Status Erase();
  // Remembers what is stored now. Return, after Kill, goes back to it, as a power loss or a replica
  // that lagged does.
  absl::Status Keep();
  absl::Status Return();
  // SIGSTOP and SIGCONT.
  void Suspend();
  void Resume();

 private:
  explicit RedisServer(std::string directory, std::vector<std::string> more);
  absl::Status Spawn();
  absl::Status AwaitReady();

  const std::string directory_;
  const std::vector<std::string> more_;
  pid_t pid_ = -1;
};

}  // namespace lif
