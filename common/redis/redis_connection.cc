#include "common/redis/redis_connection.h"

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/redis/redis_sentinel.h"

namespace lif {
namespace {

// No answer of ours comes near; a larger one is not Redis.
constexpr size_t kReplyLimit = 64u << 20;
constexpr int kReplyDepth = 8;

using Steady = std::chrono::steady_clock;
using Deadline = Steady::time_point;

Deadline After(absl::Duration timeout) {
  return Steady::now() + absl::ToChronoMicroseconds(timeout);
}

absl::Status Away(const RedisOptions& options, const std::string& what) {
  return absl::UnavailableError(absl::StrCat("Redis at ", options.Address(), ": ", what));
}

// Waits until `fd` is ready for `events`; false at the deadline.
absl::StatusOr<bool> Wait(int fd, short events, Deadline deadline) {
  while (true) {
    const int64_t left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Steady::now()).count();
    pollfd item{fd, events, 0};
    // A millisecond more, since the conversion rounds down.
    const int ready = ::poll(&item, 1, static_cast<int>(std::clamp<int64_t>(left + 1, 0, 3600000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return absl::InternalError(std::strerror(errno));
    if (ready == 0 && Steady::now() >= deadline) return false;
  }
}

absl::StatusOr<RedisReply> Convert(const redisReply& raw, int depth) {
  switch (raw.type) {
    case REDIS_REPLY_NIL:
      return RedisReply::Nil();
    case REDIS_REPLY_INTEGER:
      return RedisReply::Integer(raw.integer);
    case REDIS_REPLY_STRING:
      return RedisReply::Text(RedisReply::Type::kString, std::string(raw.str, raw.len));
    case REDIS_REPLY_STATUS:
      return RedisReply::Text(RedisReply::Type::kStatus, std::string(raw.str, raw.len));
    case REDIS_REPLY_ERROR:
      return RedisReply::Text(RedisReply::Type::kError, std::string(raw.str, raw.len));
    case REDIS_REPLY_ARRAY:
      break;
    default:
      return absl::InternalError(absl::StrCat("reply of unknown type ", raw.type));
  }
  if (depth >= kReplyDepth) return absl::InternalError("reply is nested too deep");
  std::vector<RedisReply> items;
  items.reserve(raw.elements);
  for (size_t i = 0; i < raw.elements; ++i) {
    LIF_ASSIGN_OR_RETURN(RedisReply item, Convert(*raw.element[i], depth + 1));
    items.push_back(std::move(item));
  }
  return RedisReply::Array(std::move(items));
}

absl::StatusOr<std::string> Format(const std::vector<std::string>& arguments) {
  std::vector<const char*> pointers;
  std::vector<size_t> lengths;
  for (const std::string& argument : arguments) {
    pointers.push_back(argument.data());
    lengths.push_back(argument.size());
  }
  char* bytes = nullptr;
  const int length = redisFormatCommandArgv(&bytes, static_cast<int>(arguments.size()),
                                            pointers.data(), lengths.data());
  if (length < 0) return absl::ResourceExhaustedError("out of memory for a Redis command");
  std::string command(bytes, static_cast<size_t>(length));
  redisFreeCommand(bytes);
  return command;
}

redisContext* Open(const RedisOptions& options) {
  return options.unix_path.empty() ? redisConnectNonBlock(options.host.c_str(), options.port)
                                   : redisConnectUnixNonBlock(options.unix_path.c_str());
}

absl::Status AwaitConnected(int fd, const RedisOptions& options) {
  LIF_ASSIGN_OR_RETURN(bool ready, Wait(fd, POLLOUT, After(options.connect_timeout)));
  if (!ready) {
    return Away(options, absl::StrCat("no connection within ",
                                      absl::FormatDuration(options.connect_timeout)));
  }
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return Away(options, std::strerror(error));
  return absl::OkStatus();
}

}  // namespace

RedisConnection::RedisConnection(redisContext* context, RedisOptions options)
    : context_(context), options_(std::move(options)) {}

RedisConnection::~RedisConnection() {
  redisFree(context_);
}

absl::StatusOr<std::unique_ptr<RedisConnection>> RedisConnection::Connect(
    const RedisOptions& options) {
  if (options.sentinels.addresses.empty()) return ConnectTo(options);
  LIF_ASSIGN_OR_RETURN(const RedisOptions primary, FindPrimary(options));
  LIF_ASSIGN_OR_RETURN(std::unique_ptr<RedisConnection> connection, ConnectTo(primary));
  LIF_RETURN_IF_ERROR(connection->CheckPrimary());
  return connection;
}

// HELLO, unlike ROLE, is open to every account.
absl::Status RedisConnection::CheckPrimary() {
  LIF_ASSIGN_OR_RETURN(const RedisReply reply, Command({"HELLO", "2"}, options_.connect_timeout));
  if (reply.is_error()) return RedisErrorStatus(reply.text(), options_.Address());
  for (size_t i = 0; i + 1 < reply.items().size(); i += 2) {
    if (reply.items()[i].text() == "role" && reply.items()[i + 1].text() == "master") {
      return absl::OkStatus();
    }
  }
  return Away(options_, "it is not the primary any more, or not yet");
}

absl::StatusOr<std::unique_ptr<RedisConnection>> RedisConnection::ConnectTo(
    const RedisOptions& options) {
  redisContext* context = Open(options);
  if (context == nullptr) return Away(options, "out of memory for a connection");
  std::unique_ptr<RedisConnection> connection(new RedisConnection(context, options));
  if (context->err != 0) return Away(options, context->errstr);
  // hiredis leaves its descriptors open in children.
  ::fcntl(context->fd, F_SETFD, FD_CLOEXEC);
  LIF_RETURN_IF_ERROR(AwaitConnected(context->fd, options));
  if (options.unix_path.empty()) redisEnableKeepAlive(context);
  LIF_RETURN_IF_ERROR(connection->LogIn());
  return connection;
}

absl::Status RedisConnection::LogIn() {
  std::vector<std::vector<std::string>> commands;
  if (!options_.password.empty()) {
    std::vector<std::string> login{"AUTH"};
    if (!options_.user.empty()) login.push_back(options_.user);
    login.push_back(options_.password);
    commands.push_back(std::move(login));
  }
  if (options_.database != 0) commands.push_back({"SELECT", std::to_string(options_.database)});
  for (const std::vector<std::string>& command : commands) {
    LIF_ASSIGN_OR_RETURN(RedisReply reply, Command(command, options_.connect_timeout));
    if (reply.is_error()) return RedisErrorStatus(reply.text(), options_.Address());
  }
  return absl::OkStatus();
}

absl::StatusOr<RedisReply> RedisConnection::Command(const std::vector<std::string>& arguments,
                                                    absl::Duration timeout) {
  if (!usable_) return Away(options_, "the connection is closed");
  const Deadline deadline = After(timeout);
  LIF_ASSIGN_OR_RETURN(std::string bytes, Format(arguments));
  // Whatever fails from here on leaves the stream at an unknown place.
  usable_ = false;
  LIF_RETURN_IF_ERROR(Send(bytes, deadline));
  LIF_ASSIGN_OR_RETURN(RedisReply reply, Receive(deadline));
  usable_ = !(reply.is_error() && IsTransientRedisError(reply.text()));
  return reply;
}

absl::Status RedisConnection::Send(const std::string& bytes, Deadline deadline) {
  size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t count =
        ::send(context_->fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count >= 0) {
      sent += static_cast<size_t>(count);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      LIF_ASSIGN_OR_RETURN(bool ready, Wait(context_->fd, POLLOUT, deadline));
      if (!ready) return Away(options_, "it took no command in time");
    } else if (errno != EINTR) {
      return Away(options_, std::strerror(errno));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<RedisReply> RedisConnection::Receive(Deadline deadline) {
  char buffer[16384];
  size_t received = 0;
  while (true) {
    void* raw = nullptr;
    if (redisReaderGetReply(context_->reader, &raw) != REDIS_OK) {
      return Away(options_, absl::StrCat("malformed reply: ", context_->reader->errstr));
    }
    if (raw != nullptr) {
      std::unique_ptr<void, void (*)(void*)> owner(raw, freeReplyObject);
      return Convert(*static_cast<redisReply*>(raw), 0);
    }
    LIF_ASSIGN_OR_RETURN(bool ready, Wait(context_->fd, POLLIN, deadline));
    if (!ready) return Away(options_, "no reply in time");
    const ssize_t count = ::recv(context_->fd, buffer, sizeof buffer, 0);
    if (count == 0) return Away(options_, "it closed the connection");
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count < 0) return Away(options_, std::strerror(errno));
    received += static_cast<size_t>(count);
    if (received > kReplyLimit) return Away(options_, "a reply of more than 64 MiB");
    redisReaderFeed(context_->reader, buffer, static_cast<size_t>(count));
  }
}

}  // namespace lif
