#include "common/redis/redis_client.h"

#include <random>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

double Jitter() {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(generator);
}

}  // namespace

RedisClient::RedisClient(RedisClientOptions options, Clock* clock)
    : options_(std::move(options)), clock_(clock) {}

absl::StatusOr<RedisReply> RedisClient::Call(const std::vector<std::string>& arguments,
                                             Repeat repeat) {
  return Call(arguments, repeat, options_.redis.command_timeout);
}

absl::StatusOr<RedisReply> RedisClient::Call(const std::vector<std::string>& arguments,
                                             Repeat repeat, absl::Duration timeout) {
  const int attempts = repeat == Repeat::kSafe ? options_.attempts : 1;
  absl::StatusOr<RedisReply> reply = absl::UnavailableError("not tried");
  for (int attempt = 0; attempt < attempts; ++attempt) {
    if (attempt > 0) clock_->Sleep(options_.backoff.Delay(attempt - 1, Jitter()), {});
    reply = Attempt(arguments, timeout);
    if (reply.ok() || !absl::IsUnavailable(reply.status())) break;
  }
  if (!reply.ok() && options_.redis.on_error) options_.redis.on_error(reply.status());
  return reply;
}

absl::StatusOr<RedisReply> RedisClient::Attempt(const std::vector<std::string>& arguments,
                                                absl::Duration timeout) {
  LIF_ASSIGN_OR_RETURN(std::unique_ptr<RedisConnection> connection, Take(timeout));
  absl::StatusOr<RedisReply> reply = connection->Command(arguments, timeout);
  GiveBack(std::move(connection));
  if (reply.ok() && reply->is_error() && IsTransientRedisError(reply->text())) {
    return RedisErrorStatus(reply->text(), options_.redis.Address());
  }
  return reply;
}

bool RedisClient::AwaitRoom(absl::Duration timeout) {
  const absl::Duration deadline = clock_->Steady() + timeout;
  while (in_use_ >= options_.connections) {
    const absl::Duration left = deadline - clock_->Steady();
    if (left <= absl::ZeroDuration()) return false;
    given_back_.WaitFor(&mutex_, left);
  }
  return true;
}

absl::StatusOr<std::unique_ptr<RedisConnection>> RedisClient::Take(absl::Duration timeout) {
  {
    MutexLock lock(&mutex_);
    if (!AwaitRoom(timeout)) {
      return absl::UnavailableError(absl::StrCat("Redis at ", options_.redis.Address(), ": all ",
                                                 options_.connections, " connections are busy"));
    }
    ++in_use_;
    if (!idle_.empty()) {
      std::unique_ptr<RedisConnection> connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
  }
  absl::StatusOr<std::unique_ptr<RedisConnection>> connection =
      RedisConnection::Connect(options_.redis);
  if (!connection.ok()) GiveBack(nullptr);
  return connection;
}

void RedisClient::GiveBack(std::unique_ptr<RedisConnection> connection) {
  std::vector<std::unique_ptr<RedisConnection>> stale;
  MutexLock lock(&mutex_);
  --in_use_;
  given_back_.NotifyOne();
  if (connection == nullptr) return;
  if (connection->usable()) {
    idle_.push_back(std::move(connection));
  } else {
    // The server went away or changed its role: what lies idle is as old.
    stale.swap(idle_);
  }
}

}  // namespace lif
