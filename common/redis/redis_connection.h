// One connection to Redis. hiredis makes the socket, formats commands and parses replies; reading
// and writing are here, so that every command has one deadline for all of it, and a peer that left
// raises no SIGPIPE.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/redis/redis_options.h"
#include "common/redis/redis_reply.h"

struct redisContext;

namespace lif {

// Not thread-safe. After an error of Command the connection is dead: drop it and connect anew.
class RedisConnection {
 public:
  // Connects, authenticates and selects the database, within options.connect_timeout (a host name's
  // lookup not counted). UNAVAILABLE when nobody answers, UNAUTHENTICATED when refused. By
  // sentinels: to the primary that they name, if that is what it takes itself for; UNAVAILABLE
  // otherwise.
  static absl::StatusOr<std::unique_ptr<RedisConnection>> Connect(const RedisOptions& options);

  ~RedisConnection();
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  // Sends one command and waits for its reply, at most `timeout`. An error of Redis is a reply.
  // UNAVAILABLE when the connection broke or no reply came in time: the command may have run.
  absl::StatusOr<RedisReply> Command(const std::vector<std::string>& arguments,
                                     absl::Duration timeout);

  // Where it leads: as given, or found.
  const RedisOptions& options() const { return options_; }

  // False after an error.
  bool usable() const { return usable_; }

 private:
  RedisConnection(redisContext* context, RedisOptions options);

  absl::Status Send(const std::string& bytes, std::chrono::steady_clock::time_point deadline);
  absl::StatusOr<RedisReply> Receive(std::chrono::steady_clock::time_point deadline);
  static absl::StatusOr<std::unique_ptr<RedisConnection>> ConnectTo(const RedisOptions& options);
  absl::Status LogIn();
  absl::Status CheckPrimary();

  redisContext* const context_;  // owned
  const RedisOptions options_;
  bool usable_ = true;
};

}  // namespace lif
