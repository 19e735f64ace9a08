#include "common/redis/redis_client.h"

#include <algorithm>
#include <random>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/redis/redis_sentinel.h"

namespace lif {
namespace {

double Jitter() {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(generator);
}

}  // namespace

RedisClient::RedisClient(RedisClientOptions options, Clock* clock)
    : options_(std::move(options)), clock_(clock), primary_checked_(clock->Steady()) {}

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
  absl::Status replicated;
  if (options_.wait_replicas > 0 && reply.ok() && !reply->is_error()) {
    replicated = AwaitReplicas(*connection);
  }
  GiveBack(std::move(connection));
  LIF_RETURN_IF_ERROR(replicated);
  if (reply.ok() && reply->is_error() && IsTransientRedisError(reply->text())) {
    return RedisErrorStatus(reply->text(), options_.redis.Address());
  }
  return reply;
}

absl::Status RedisClient::AwaitReplicas(RedisConnection& connection) {
  const int64_t millis = std::max<int64_t>(1, absl::ToInt64Milliseconds(options_.wait_timeout));
  LIF_ASSIGN_OR_RETURN(
      const RedisReply reply,
      connection.Command({"WAIT", std::to_string(options_.wait_replicas), std::to_string(millis)},
                         options_.wait_timeout + options_.redis.command_timeout));
  if (reply.is_error()) return RedisErrorStatus(reply.text(), options_.redis.Address());
  LIF_ASSIGN_OR_RETURN(const int64_t confirmed, reply.AsInteger());
  if (confirmed >= options_.wait_replicas) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(
      "Redis at ", options_.redis.Address(), ": ", confirmed, " of ", options_.wait_replicas,
      " replicas confirmed it within ", absl::FormatDuration(options_.wait_timeout),
      "; ask again, nothing is done twice"));
}

void RedisClient::CheckPrimary() {
  constexpr absl::Duration kPeriod = absl::Seconds(5);
  {
    MutexLock lock(&mutex_);
    if (idle_.empty() || clock_->Steady() - primary_checked_ < kPeriod) return;
    primary_checked_ = clock_->Steady();
  }
  const absl::StatusOr<RedisOptions> primary = FindPrimary(options_.redis);
  if (!primary.ok()) return;  // nobody knows better
  std::vector<std::unique_ptr<RedisConnection>> stale;
  MutexLock lock(&mutex_);
  const bool moved = std::any_of(idle_.begin(), idle_.end(), [&](const auto& connection) {
    return connection->options().Address() != primary->Address();
  });
  if (moved) stale.swap(idle_);
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
  if (!options_.redis.sentinels.addresses.empty()) CheckPrimary();
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
