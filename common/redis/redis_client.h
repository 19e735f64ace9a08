// A bounded pool of connections to one Redis, with retries of calls that may be repeated.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/backoff.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/redis/redis_connection.h"

namespace lif {

struct RedisClientOptions {
  RedisOptions redis;
  int connections = 4;  // at most so many at a time; more callers wait
  int attempts = 3;     // of a call, the first counted
  BackoffPolicy backoff{absl::Milliseconds(50), absl::Seconds(1), 2.0};
  // A call is UNAVAILABLE, though it ran, until so many replicas have confirmed what it wrote. It
  // must write something when it is repeated too, or nothing is there to be confirmed.
  int wait_replicas = 0;
  absl::Duration wait_timeout = absl::Seconds(1);
};

enum class Repeat {
  kNever,  // the call is not safe to run twice
  kSafe,   // running it twice is as running it once
};

// Thread-safe. Does no I/O when made; connects when first used.
class RedisClient {
 public:
  // `clock` must outlive the client.
  RedisClient(RedisClientOptions options, Clock* clock);

  // Answers an error of Redis as a reply, but for the transient ones, which become UNAVAILABLE once
  // the attempts are used up. `timeout` covers one attempt; the default is the options'.
  absl::StatusOr<RedisReply> Call(const std::vector<std::string>& arguments, Repeat repeat);
  absl::StatusOr<RedisReply> Call(const std::vector<std::string>& arguments, Repeat repeat,
                                  absl::Duration timeout);

  const RedisOptions& redis() const { return options_.redis; }

 private:
  absl::StatusOr<RedisReply> Attempt(const std::vector<std::string>& arguments,
                                     absl::Duration timeout);
  absl::Status AwaitReplicas(RedisConnection& connection);
  absl::StatusOr<std::unique_ptr<RedisConnection>> Take(absl::Duration timeout);
  // Asks the sentinels, now and then, whether idle connections still lead to the primary: one that
  // was cut off from them and not from us does not know that it was replaced.
  void CheckPrimary();
  void GiveBack(std::unique_ptr<RedisConnection> connection);
  // Waits for one of the connections that are allowed; false at the timeout.
  bool AwaitRoom(absl::Duration timeout) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const RedisClientOptions options_;
  Clock* const clock_;
  Mutex mutex_;
  CondVar given_back_;
  int in_use_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Duration primary_checked_ ABSL_GUARDED_BY(mutex_);  // steady time
  std::vector<std::unique_ptr<RedisConnection>> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace lif
