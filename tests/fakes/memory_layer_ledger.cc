#include "tests/fakes/memory_layer_ledger.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/status_macros.h"

namespace lif {

void MemoryLayerLedger::SetAway(absl::Status status) {
  MutexLock lock(&mutex_);
  away_ = std::move(status);
}

int MemoryLayerLedger::lookups() const {
  MutexLock lock(&mutex_);
  return lookups_;
}

absl::StatusOr<std::vector<LedgerLayer>> MemoryLayerLedger::LookUp(
    const std::vector<std::string>& layer_keys) {
  MutexLock lock(&mutex_);
  ++lookups_;
  if (!away_.ok()) return away_;
  if (layer_keys.size() > kMaxLedgerKeys) {
    return absl::InvalidArgumentError(absl::StrCat("at most ", kMaxLedgerKeys, " layer keys"));
  }
  std::vector<LedgerLayer> found;
  for (const std::string& key : layer_keys) {
    auto after = layers_.upper_bound({key, std::numeric_limits<int64_t>::max()});
    if (after == layers_.begin() || (--after)->first.first != key) continue;
    found.push_back(after->second);
  }
  return found;
}

absl::Status MemoryLayerLedger::CheckBelow(const LedgerLayer& layer) const {
  if (layer.below_key.empty()) return absl::OkStatus();
  const auto below = layers_.find({layer.below_key, layer.below_generation});
  if (below == layers_.end()) {
    return absl::FailedPreconditionError("the layer below is not in the ledger");
  }
  const std::vector<std::string>& prefix = below->second.diff_ids;
  if (layer.diff_ids.size() < prefix.size() ||
      !std::equal(prefix.begin(), prefix.end(), layer.diff_ids.begin())) {
    return absl::FailedPreconditionError("its diffIDs do not begin with those of the layer below");
  }
  return absl::OkStatus();
}

absl::StatusOr<LedgerCommit> MemoryLayerLedger::Commit(const LedgerLayer& layer) {
  LIF_RETURN_IF_ERROR(CheckLedgerLayer(layer));
  MutexLock lock(&mutex_);
  if (!away_.ok()) return away_;
  LIF_RETURN_IF_ERROR(CheckBelow(layer));
  const auto [entry, committed] =
      layers_.emplace(std::make_pair(layer.layer_key, layer.generation), layer);
  if (committed) entry->second.committed = clock_ == nullptr ? absl::Now() : clock_->Now();
  return LedgerCommit{entry->second, committed};
}

}  // namespace lif
