// The tenants' side of RedisQueueAdmin.
#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/queue/redis_queue_admin.h"

namespace lif {
namespace {

constexpr int kPage = 20;
constexpr size_t kUsageFields = 5;
constexpr size_t kShareFields = 3;  // pool, ready, running

absl::Status Misshapen() {
  return absl::InternalError("the queue answered a tenant of another shape");
}

// weight, max_queued, max_running, queued, running at `fields[at]` and on.
absl::StatusOr<TenantUsage> DecodeUsage(const std::vector<std::string>& fields, size_t at) {
  TenantUsage usage;
  if (fields.size() < at + kUsageFields || !absl::SimpleAtod(fields[at], &usage.policy.weight) ||
      !absl::SimpleAtoi(fields[at + 1], &usage.policy.max_queued) ||
      !absl::SimpleAtoi(fields[at + 2], &usage.policy.max_running) ||
      !absl::SimpleAtoi(fields[at + 3], &usage.queued) ||
      !absl::SimpleAtoi(fields[at + 4], &usage.running)) {
    return Misshapen();
  }
  return usage;
}

absl::StatusOr<TenantStatus> DecodeTenant(const std::vector<std::string>& fields) {
  if (fields.size() < 1 + kUsageFields) return Misshapen();
  TenantStatus tenant;
  tenant.tenant = fields[0];
  LIF_ASSIGN_OR_RETURN(tenant.usage, DecodeUsage(fields, 1));
  for (size_t at = 1 + kUsageFields; at + kShareFields <= fields.size(); at += kShareFields) {
    TenantShare share;
    if (!absl::SimpleAtoi(fields[at + 1], &share.ready) ||
        !absl::SimpleAtoi(fields[at + 2], &share.running)) {
      return Misshapen();
    }
    tenant.pools[fields[at]] = share;
  }
  return tenant;
}

}  // namespace

absl::Status RedisQueueAdmin::SetTenantPolicy(const std::string& tenant,
                                              const TenantPolicy& policy) {
  return functions_
      .Call(client_, "set_tenant",
            {tenant, absl::StrCat(policy.weight), std::to_string(policy.max_queued),
             std::to_string(policy.max_running)})
      .status();
}

absl::StatusOr<TenantUsage> RedisQueueAdmin::GetTenantUsage(const std::string& tenant) {
  LIF_ASSIGN_OR_RETURN(RedisReply reply, functions_.Call(client_, "tenant", {tenant}));
  LIF_ASSIGN_OR_RETURN(const std::vector<std::string> fields, reply.AsStrings());
  return DecodeUsage(fields, 0);
}

absl::StatusOr<std::vector<TenantStatus>> RedisQueueAdmin::ListTenants(int limit) {
  if (limit < 1 || limit > 1000) return absl::InvalidArgumentError("limit: write 1 to 1000");
  std::vector<TenantStatus> tenants;
  while (static_cast<int>(tenants.size()) < limit) {
    const int from = static_cast<int>(tenants.size());
    const int count = std::min(kPage, limit - from);
    LIF_ASSIGN_OR_RETURN(
        const RedisReply reply,
        functions_.Call(client_, "tenants", {std::to_string(from), std::to_string(count)}));
    for (const RedisReply& item : reply.items()) {
      LIF_ASSIGN_OR_RETURN(const std::vector<std::string> fields, item.AsStrings());
      LIF_ASSIGN_OR_RETURN(TenantStatus tenant, DecodeTenant(fields));
      tenants.push_back(std::move(tenant));
    }
    if (static_cast<int>(reply.items().size()) < count) break;
  }
  return tenants;
}

}  // namespace lif
