// Calls of the queue's function library, with its errors as Statuses.
#pragma once

#include <string>
#include <vector>

#include "common/queue/queue_fence.h"
#include "common/redis/redis_client.h"
#include "common/redis/redis_functions.h"

namespace lif {

// Thread-safe. Does no I/O when made.
class QueueFunctions {
 public:
  explicit QueueFunctions(const std::string& factory);

  // lif_v2_<function>; an error of it, or of Redis, is a Status. `stamp`, unless null, is what the
  // answer came under. Each answer passes the fence: after a rollback the call tells the queue.
  absl::StatusOr<RedisReply> Call(RedisClient& client, const std::string& function,
                                  const std::vector<std::string>& arguments, absl::Duration timeout,
                                  QueueStamp* stamp = nullptr);
  absl::StatusOr<RedisReply> Call(RedisClient& client, const std::string& function,
                                  const std::vector<std::string>& arguments) {
    return Call(client, function, arguments, client.redis().command_timeout);
  }

  QueueFence& fence() { return fence_; }

  // "lif:{factory}:"
  const std::string& prefix() const { return prefix_; }

 private:
  struct Answer {
    QueueStamp stamp;
    RedisReply reply = RedisReply::Nil();
  };

  absl::StatusOr<Answer> Ask(RedisClient& client, const std::string& function,
                             const std::vector<std::string>& arguments, absl::Duration timeout);
  // The epoch changed, or numbers fell: finds out what is gone, and tells the queue.
  absl::Status Judge(RedisClient& client, const QueueStamp& answer, absl::Duration timeout);

  const std::string prefix_;
  RedisFunctions functions_;
  QueueFence fence_;
};

// The library's own error codes, and Redis', as a Status.
absl::Status QueueErrorStatus(const std::string& error, const std::string& address);

}  // namespace lif
