#include "controlplane/last_chains.h"

#include <utility>
#include <vector>

#include "common/base/status_macros.h"

namespace lif {
namespace {

// The newest of an image, with its layers.
absl::StatusOr<std::optional<Record>> Newest(RecordReader& records, RecordFilter filter) {
  filter.limit = 1;
  LIF_ASSIGN_OR_RETURN(const std::vector<Record> found, records.ListRecords(filter));
  if (found.empty()) return std::optional<Record>();
  LIF_ASSIGN_OR_RETURN(Record record, records.GetRecord(found[0].build_id));
  if (record.layers.empty()) return std::optional<Record>();
  return std::optional(std::move(record));
}

// What the record itself knows: neither arguments nor what the modules hold.
Chain ChainOf(const Record& record) {
  Chain chain;
  for (const RecordLayer& layer : record.layers) {
    if (layer.position == 0) continue;
    ChainLayer entry;
    entry.key = layer.layer_key;
    entry.module_ref = layer.module_ref;
    entry.slot = ParseSlot(layer.slot).value_or(Slot::kCore);
    chain.layers.push_back(std::move(entry));
  }
  return chain;
}

bool SameLayers(const Chain& a, const Chain& b) {
  if (a.layers.size() != b.layers.size()) return false;
  for (size_t i = 0; i < a.layers.size(); ++i) {
    if (a.layers[i].key != b.layers[i].key) return false;
  }
  return true;
}

// With arguments and contents, when the catalog still says what was built.
absl::StatusOr<Chain> FullChain(const Record& record, ManifestCache& manifests) {
  Chain recorded = ChainOf(record);
  const auto manifest = manifests.Get(record.manifest_id);
  if (absl::IsUnavailable(manifest.status())) return manifest.status();
  const absl::StatusOr<Platform> platform = ParsePlatform(record.platform);
  if (!manifest.ok() || !platform.ok()) return recorded;
  const PlatformOffer* offer = (*manifest)->Find(*platform);
  if (offer == nullptr) return recorded;
  Chain full = ChainOf((*manifest)->manifest, offer->identity);
  return SameLayers(full, recorded) ? full : recorded;
}

}  // namespace

absl::StatusOr<std::optional<LastChain>> FindLastChain(RecordReader& records,
                                                       ManifestCache& manifests,
                                                       const std::string& manifest_id,
                                                       const std::string& platform,
                                                       const Chain& now) {
  RecordFilter own;
  own.manifest_id = manifest_id;
  own.platform = platform;
  LIF_ASSIGN_OR_RETURN(std::optional<Record> record, Newest(records, own));
  if (!record && !now.layers.empty()) {
    const std::string& top = now.layers.back().module_ref;
    RecordFilter alike;
    alike.platform = platform;
    alike.module = top.substr(0, top.find('@'));
    alike.effective_only = true;
    LIF_ASSIGN_OR_RETURN(record, Newest(records, alike));
  }
  if (!record) return std::optional<LastChain>();
  LastChain last;
  LIF_ASSIGN_OR_RETURN(last.chain, FullChain(*record, manifests));
  last.build_id = record->build_id;
  last.manifest_id = record->manifest_id;
  return std::optional<LastChain>(std::move(last));
}

}  // namespace lif
