#include "common/queue/queue_functions.h"

#include <map>

#include "absl/status/status.h"
#include "common/base/status_macros.h"
#include "common/queue/queue_library.h"
#include "common/queue/redis_keys.h"

namespace lif {

absl::Status QueueErrorStatus(const std::string& error, const std::string& address) {
  const std::map<std::string, absl::StatusCode> codes = {
      {"LIFINVALID", absl::StatusCode::kInvalidArgument},
      {"LIFLOST", absl::StatusCode::kFailedPrecondition},
      {"LIFSUPERSEDED", absl::StatusCode::kAlreadyExists},
      {"LIFNOTFOUND", absl::StatusCode::kNotFound},
      {"LIFEXHAUSTED", absl::StatusCode::kResourceExhausted},
      {"LIFRANGE", absl::StatusCode::kOutOfRange},
  };
  const size_t space = error.find(' ');
  auto code = codes.find(error.substr(0, space));
  if (code == codes.end()) return RedisErrorStatus(error, address);
  return absl::Status(code->second, error.substr(space + 1));
}

QueueFunctions::QueueFunctions(const std::string& factory)
    : prefix_(RedisKeyPrefix(factory)), functions_(QueueLibrary()) {}

absl::StatusOr<RedisReply> QueueFunctions::Call(RedisClient& client, const std::string& function,
                                                const std::vector<std::string>& arguments,
                                                absl::Duration timeout) {
  LIF_ASSIGN_OR_RETURN(RedisReply reply,
                       functions_.Call(client, "lif_v1_" + function, prefix_, arguments, timeout));
  if (reply.is_error()) return QueueErrorStatus(reply.text(), client.redis().Address());
  return reply;
}

}  // namespace lif
