#include "executor/layer_account.h"

#include <string_view>

namespace lif {
namespace {

// Build IDs of one request are made one after the other, with the plan between them at most.
constexpr int64_t kOneRequest = 250;  // ms

// The milliseconds that a ULID begins with.
int64_t UlidMillis(const std::string& id) {
  int64_t millis = 0;
  for (const char c : id.substr(0, 10)) {
    const size_t digit = std::string_view("0123456789ABCDEFGHJKMNPQRSTVWXYZ").find(c);
    millis = millis * 32 + static_cast<int64_t>(digit == std::string_view::npos ? 0 : digit);
  }
  return millis;
}

LayerUse UseOf(const LedgerLayer& row, const ClaimedJob& job) {
  if (row.committed < job.submitted) return LayerUse::kReused;
  const bool before = UlidMillis(row.build_id) + kOneRequest < UlidMillis(job.spec.build_id);
  return before ? LayerUse::kJoined : LayerUse::kBuilt;
}

void Fill(const LedgerLayer& row, const LedgerLayer* below, RecordLayer* layer) {
  layer->generation = row.generation;
  layer->built_by = row.build_id;
  layer->digest = row.digest;
  layer->size = row.size;
  layer->duration = row.duration;
  const size_t known = below == nullptr ? 0 : below->diff_ids.size();
  // Of a layer on the base, the base's are among them.
  if (below != nullptr && known <= row.diff_ids.size()) {
    layer->diff_ids.assign(row.diff_ids.begin() + static_cast<std::ptrdiff_t>(known),
                           row.diff_ids.end());
  }
}

int PositionOf(const Record& record, const std::string& key) {
  for (const RecordLayer& layer : record.layers) {
    if (layer.layer_key == key) return layer.position;
  }
  return 0;
}

// The row that `row` stands on, if the ledger's newest is that one.
const LedgerLayer* RowBelow(const BuildRun& run, const LedgerLayer& row) {
  const auto below = run.ledger.find(row.below_key);
  const bool same = below != run.ledger.end() && below->second.generation == row.below_generation;
  return same ? &below->second : nullptr;
}

}  // namespace

void AccountForLayers(BuildRun& run) {
  Record& record = run.record;
  record.saved_layers = 0;
  record.saved = absl::ZeroDuration();
  int top = run.in_ledger ? run.top : run.below;
  const auto found = run.ledger.find(run.identity.chain.at(top).key);
  const LedgerLayer* row = top > 0 && found != run.ledger.end() ? &found->second : nullptr;
  while (top > 0) {
    // Older than what the ledger's newest rows tell: whoever made it, it was not this job.
    const LayerUse use = row == nullptr ? LayerUse::kReused : UseOf(*row, run.job);
    const int bottom = row == nullptr ? 0 : PositionOf(record, row->below_key);
    const LedgerLayer* below = row == nullptr ? nullptr : RowBelow(run, *row);
    for (int position = bottom + 1; position <= top; ++position) {
      RecordLayer& layer = record.layers.at(position);
      layer.use = use;
      if (row != nullptr) layer.built_by = row->build_id;
      if (use != LayerUse::kBuilt) ++record.saved_layers;
    }
    if (row != nullptr) {
      Fill(*row, below, &record.layers.at(top));
      if (use != LayerUse::kBuilt) record.saved += row->duration;
      if (bottom > 0) record.layers.at(bottom).generation = row->below_generation;
    }
    top = bottom;
    row = below;
  }
}

void AccountForMade(const LedgerLayer& standing, Record* record) {
  if (record->layers.empty()) return;
  RecordLayer& layer = record->layers.back();
  layer.generation = standing.generation;
  layer.built_by = standing.build_id;
  layer.digest = standing.digest;
  layer.size = standing.size;
  layer.duration = standing.duration;
  record->image = ImageOf(standing);
}

}  // namespace lif
