#include "common/redis/redis_functions.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

constexpr std::chrono::seconds kCheckPeriod{10};
constexpr int kRounds = 4;

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
  // Others may flush again meanwhile, or bring an older revision, which lacks it and is replaced.
  for (int round = 0; round < kRounds && reply.ok() && IsMissing(*reply); ++round) {
    if (round == 0) {
      LIF_RETURN_IF_ERROR(Load(client, /*replace=*/false));
    } else {
      {
        MutexLock lock(&mutex_);
        checked_.reset();
      }
      LIF_RETURN_IF_ERROR(EnsureLoaded(client));
    }
    reply = client.Call(command, Repeat::kSafe, timeout);
  }
  return reply;
}

absl::Status RedisFunctions::EnsureLoaded(RedisClient& client) {
  {
    MutexLock lock(&mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (checked_ && now - *checked_ < kCheckPeriod) return absl::OkStatus();
  }
  LIF_ASSIGN_OR_RETURN(RedisReply reply,
                       client.Call({"FCALL", library_.revision_function, "0"}, Repeat::kSafe));
  const bool missing = IsMissing(reply);
  bool load = missing;
  if (!missing) {
    if (reply.is_error()) return RedisErrorStatus(reply.text(), client.redis().Address());
    LIF_ASSIGN_OR_RETURN(int64_t loaded, reply.AsInteger());
    load = loaded < library_.revision;
  }
  if (load) LIF_RETURN_IF_ERROR(Load(client, /*replace=*/!missing));
  MutexLock lock(&mutex_);
  checked_ = std::chrono::steady_clock::now();
  return absl::OkStatus();
}

absl::Status RedisFunctions::Load(RedisClient& client, bool replace) {
  std::vector<std::string> command = {"FUNCTION", "LOAD"};
  if (replace) command.push_back("REPLACE");
  command.push_back(library_.code);
  LIF_ASSIGN_OR_RETURN(RedisReply reply, client.Call(command, Repeat::kSafe));
  if (!reply.is_error()) return absl::OkStatus();
  if (!replace && reply.text().find("already exists") != std::string::npos) {
    return absl::OkStatus();
  }
  absl::Status status = RedisErrorStatus(reply.text(), client.redis().Address());
  return absl::Status(status.code(),
                      absl::StrCat("cannot load the function library ", library_.name,
                                   ", which needs Redis 7: ", std::string(status.message())));
}

}  // namespace lif
