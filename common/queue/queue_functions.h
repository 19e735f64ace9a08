// Calls of the queue's function library, with its errors as Statuses.
#pragma once

#include <string>
#include <vector>

#include "common/redis/redis_client.h"
#include "common/redis/redis_functions.h"

namespace lif {

// Thread-safe. Does no I/O when made.
class QueueFunctions {
 public:
  explicit QueueFunctions(const std::string& factory);

  // lif_v1_<function>; an error of it, or of Redis, is a Status.
  absl::StatusOr<RedisReply> Call(RedisClient& client, const std::string& function,
                                  const std::vector<std::string>& arguments,
                                  absl::Duration timeout);
  absl::StatusOr<RedisReply> Call(RedisClient& client, const std::string& function,
                                  const std::vector<std::string>& arguments) {
    return Call(client, function, arguments, client.redis().command_timeout);
  }

  // "lif:{factory}:"
  const std::string& prefix() const { return prefix_; }

 private:
  const std::string prefix_;
  RedisFunctions functions_;
};

// The library's own error codes, and Redis', as a Status.
absl::Status QueueErrorStatus(const std::string& error, const std::string& address);

}  // namespace lif
