#include "tests/fakes/memory_record_views.h"

#include <algorithm>

#include "common/base/status_macros.h"

namespace lif {
namespace {

bool WasTested(const Record& record) {
  return record.outcome == Outcome::kCompatible || record.outcome == Outcome::kIncompatible;
}

}  // namespace

absl::StatusOr<std::vector<PastBuild>> MemoryRecordViews::LastBuilt(
    const std::vector<std::string>& build_keys) {
  LIF_ASSIGN_OR_RETURN(const std::vector<KeyHistory> histories, records_.LookUp(build_keys));
  std::vector<PastBuild> builds;
  for (const KeyHistory& history : histories) {
    for (int64_t generation = history.newest_generation; generation > 0; --generation) {
      const auto record = records_.GetRecordOf(history.build_key, generation);
      if (!record.ok() || !WasTested(*record) || record->started == absl::InfinitePast()) continue;
      builds.push_back({record->build_key, record->build_id, record->finished - record->started});
      break;
    }
  }
  return builds;
}

absl::StatusOr<std::vector<PastLayer>> MemoryRecordViews::LastLayers() {
  LIF_RETURN_IF_ERROR(records_.LookUp({}).status());  // away when it is
  MutexLock lock(&mutex_);
  return last_layers_;
}

absl::StatusOr<ReuseTotals> MemoryRecordViews::SumReuse() {
  ReuseTotals totals;
  RecordFilter filter;
  filter.limit = 500;
  LIF_ASSIGN_OR_RETURN(const std::vector<Record> records, records_.ListRecords(filter));
  for (const Record& record : records) {
    totals.saved += record.saved;
    totals.layers_saved += record.saved_layers;
  }
  return totals;
}

void MemoryRecordViews::SetLastLayers(std::vector<PastLayer> layers) {
  MutexLock lock(&mutex_);
  last_layers_ = std::move(layers);
}

absl::StatusOr<std::vector<Package>> MemoryRecordViews::PackagesOf(const std::string& build_id) {
  LIF_RETURN_IF_ERROR(records_.LookUp({}).status());  // away when it is
  std::vector<Package> packages = records_.PackagesOf(build_id);
  std::sort(packages.begin(), packages.end());
  return packages;
}

}  // namespace lif
