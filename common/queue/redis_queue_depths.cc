#include "common/queue/redis_queue_depths.h"

#include "absl/strings/numbers.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

constexpr size_t kTotals = 3;        // dead letters, ending, rollbacks
constexpr size_t kTenantFields = 3;  // pool, tenant, depth

absl::StatusOr<int64_t> Number(const std::string& text) {
  int64_t number = 0;
  if (absl::SimpleAtoi(text, &number)) return number;
  return absl::InternalError("the queue answered depths of another shape");
}

}  // namespace

RedisQueueDepths::RedisQueueDepths(const RedisOptions& redis, const std::string& factory,
                                   Clock* clock)
    : client_({.redis = redis, .connections = 1, .attempts = 1}, clock), functions_(factory) {}

absl::StatusOr<QueueDepths> RedisQueueDepths::Read() {
  LIF_ASSIGN_OR_RETURN(const RedisReply reply, functions_.Call(client_, "depths", {}));
  LIF_ASSIGN_OR_RETURN(const std::vector<std::string> fields, reply.AsStrings());
  if (fields.size() < kTotals || (fields.size() - kTotals) % kTenantFields != 0) {
    return Number("").status();
  }
  QueueDepths depths;
  LIF_ASSIGN_OR_RETURN(depths.dead_letters, Number(fields[0]));
  LIF_ASSIGN_OR_RETURN(depths.ending, Number(fields[1]));
  LIF_ASSIGN_OR_RETURN(depths.rollbacks, Number(fields[2]));
  for (size_t i = kTotals; i < fields.size(); i += kTenantFields) {
    TenantDepth depth{fields[i], fields[i + 1]};
    LIF_ASSIGN_OR_RETURN(depth.ready, Number(fields[i + 2]));
    depths.tenants.push_back(std::move(depth));
  }
  return depths;
}

}  // namespace lif
