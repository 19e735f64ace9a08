// What the operator allows tenants, from the configuration into the queue.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/log/logger.h"
#include "common/queue/queue_admin.h"

namespace lif {

using NamedTenantPolicy = std::pair<std::string, TenantPolicy>;

// "team-a weight=2 queued=1000 running=4": what is left out is as TenantPolicy has it.
// INVALID_ARGUMENT names the setting and what to write.
absl::StatusOr<std::vector<NamedTenantPolicy>> ParseTenantPolicies(
    const std::vector<std::string>& lines);

// Writes the policies when it is first asked and then once a minute, so that a queue that came back
// empty has them again. Not thread-safe.
class TenantPolicies {
 public:
  // What is passed by reference must outlive it.
  TenantPolicies(std::vector<NamedTenantPolicy> policies, QueueAdmin& admin, Clock& clock,
                 Logger logger);

  // At most one attempt a minute, unless the last one failed.
  void ApplyWhenDue();

 private:
  const std::vector<NamedTenantPolicy> policies_;
  QueueAdmin& admin_;
  Clock& clock_;
  const Logger logger_;
  absl::Duration due_ = absl::ZeroDuration();  // steady time
};

}  // namespace lif
