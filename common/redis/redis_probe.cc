#include "common/redis/redis_probe.h"

#include "common/base/status_macros.h"

namespace lif {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(2);

}  // namespace

RedisProbe::RedisProbe(const RedisOptions& redis, Clock* clock)
    : client_({.redis = redis, .connections = 1, .attempts = 1}, clock) {}

absl::Status RedisProbe::Ping() {
  LIF_ASSIGN_OR_RETURN(const RedisReply reply, client_.Call({"PING"}, Repeat::kSafe, kTimeout));
  if (reply.is_error()) return RedisErrorStatus(reply.text(), client_.redis().Address());
  return absl::OkStatus();
}

}  // namespace lif
