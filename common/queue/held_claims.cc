#include "common/queue/held_claims.h"

#include <utility>

namespace lif {

void HeldClaims::Add(Claim claim) {
  MutexLock lock(&mutex_);
  claims_.insert_or_assign(claim.job.spec.job_id, std::move(claim));
}

void HeldClaims::Remove(const Lease& lease) {
  MutexLock lock(&mutex_);
  const auto found = claims_.find(lease.job_id);
  if (found != claims_.end() && found->second.job.token == lease.token) claims_.erase(found);
}

std::optional<HeldClaims::Claim> HeldClaims::Find(const Lease& lease) const {
  MutexLock lock(&mutex_);
  const auto found = claims_.find(lease.job_id);
  if (found == claims_.end() || found->second.job.token != lease.token) return std::nullopt;
  return found->second;
}

}  // namespace lif
