#include "tests/fakes/fair_share.h"

#include <algorithm>

namespace lif {
namespace {

constexpr double kDispatchCostMs = 1000;

}  // namespace

double FairShare::Score(const Use& use, int64_t now) {
  return use.served + static_cast<double>(use.running * now - use.starts) / use.weight;
}

void FairShare::GetsWork(const std::string& tenant, int64_t now) {
  if (!ready_.insert(tenant).second) return;
  Use& use = use_[tenant];
  use.served += std::max(0.0, virtual_time_ - Score(use, now));
}

std::optional<std::string> FairShare::Next(int64_t now) const {
  std::optional<std::string> best;
  double best_score = 0;
  for (const std::string& tenant : ready_) {
    const double score = Score(use_.at(tenant), now);
    if (best && score >= best_score) continue;
    best = tenant;
    best_score = score;
  }
  return best;
}

void FairShare::Charge(const std::string& tenant, int64_t now) {
  Use& use = use_[tenant];
  virtual_time_ = std::max(virtual_time_, Score(use, now));
  use.served += kDispatchCostMs / use.weight;
  use.running += 1;
  use.starts += now;
}

void FairShare::Discharge(const std::string& tenant, int64_t started, int64_t now) {
  Use& use = use_[tenant];
  if (use.running < 1) return;
  use.served += static_cast<double>(std::max<int64_t>(0, now - started)) / use.weight;
  use.running -= 1;
  use.starts -= started;
}

}  // namespace lif
