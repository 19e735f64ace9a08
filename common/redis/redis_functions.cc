#include "common/redis/redis_functions.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

bool IsMissing(const RedisReply& reply) {
  return reply.is_error() && reply.text().find("Function not found") != std::string::npos;
}

}  // namespace

RedisFunctions::RedisFunctions(RedisLibrary library) : library_(std::move(library)) {}

absl::StatusOr<RedisReply> RedisFunctions::Call(RedisClient& client, const std::string& function,
                                                const std::string& key,
                                                const std::vector<std::string>& arguments,
                                                absl::Duration timeout) {
  LIF_RETURN_IF_ERROR(EnsureLoaded(client));
  std::vector<std::string> command{"FCALL", function, "1", key};
  command.insert(command.end(), arguments.begin(), arguments.end());
  absl::StatusOr<RedisReply> reply = client.Call(command, Repeat::kSafe, timeout);
  if (!reply.ok() || !IsMissing(*reply)) return reply;
  LIF_RETURN_IF_ERROR(Load(client));
  return client.Call(command, Repeat::kSafe, timeout);
}

absl::Status RedisFunctions::EnsureLoaded(RedisClient& client) {
  {
    MutexLock lock(&mutex_);
    if (checked_) return absl::OkStatus();
  }
  LIF_ASSIGN_OR_RETURN(RedisReply reply,
                       client.Call({"FCALL", library_.revision_function, "0"}, Repeat::kSafe));
  bool load = IsMissing(reply);
  if (!load) {
    if (reply.is_error()) return RedisErrorStatus(reply.text(), client.redis().Address());
    LIF_ASSIGN_OR_RETURN(int64_t loaded, reply.AsInteger());
    load = loaded < library_.revision;
  }
  if (load) LIF_RETURN_IF_ERROR(Load(client));
  MutexLock lock(&mutex_);
  checked_ = true;
  return absl::OkStatus();
}

absl::Status RedisFunctions::Load(RedisClient& client) {
  LIF_ASSIGN_OR_RETURN(RedisReply reply,
                       client.Call({"FUNCTION", "LOAD", "REPLACE", library_.code}, Repeat::kSafe));
  if (!reply.is_error()) return absl::OkStatus();
  absl::Status status = RedisErrorStatus(reply.text(), client.redis().Address());
  return absl::Status(status.code(),
                      absl::StrCat("cannot load the function library ", library_.name,
                                   ", which needs Redis 7: ", std::string(status.message())));
}

}  // namespace lif
