#include "common/plan/layer_index.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

constexpr int kPage = 1000;

absl::Status CheckGoing(const std::function<bool()>& cancelled) {
  if (!cancelled || !cancelled()) return absl::OkStatus();
  return absl::CancelledError("the client left while the catalog's layers were read");
}

}  // namespace

absl::StatusOr<std::shared_ptr<const SharedLayers>> LayerIndex::Current(
    const std::function<bool()>& cancelled) {
  MutexLock lock(&mutex_);
  // Asked first: what is published while the rest is read is found by the next call.
  LIF_ASSIGN_OR_RETURN(const std::string version, catalog_.Version());
  if (layers_ != nullptr && version == version_) return layers_;
  Offered offered;
  LIF_ASSIGN_OR_RETURN(const std::vector<std::string> all, ListAll(cancelled, &offered));
  std::vector<std::string> fresh;
  for (const std::string& id : all) {
    const auto known = known_.find(id);
    if (known == known_.end() || known->second != offered.at(id)) fresh.push_back(id);
  }
  auto layers = layers_ == nullptr ? std::make_shared<SharedLayers>()
                                   : std::make_shared<SharedLayers>(*layers_);
  LIF_RETURN_IF_ERROR(Read(fresh, cancelled, layers.get(), &offered));
  known_ = std::move(offered);
  version_ = version;
  layers_ = std::move(layers);
  return layers_;
}

absl::StatusOr<std::vector<std::string>> LayerIndex::ListAll(const std::function<bool()>& cancelled,
                                                             Offered* offered) {
  std::vector<std::string> ids;
  ManifestFilter filter;
  filter.limit = kPage;
  do {
    LIF_RETURN_IF_ERROR(CheckGoing(cancelled));
    LIF_ASSIGN_OR_RETURN(const ManifestPage page, catalog_.ListManifests(filter));
    for (const ManifestSummary& summary : page.manifests) {
      ids.push_back(summary.id);
      (*offered)[summary.id] = summary.platforms.size();
    }
    filter.after = page.next;
  } while (!filter.after.empty());
  return ids;
}

absl::Status LayerIndex::Read(const std::vector<std::string>& ids,
                              const std::function<bool()>& cancelled, SharedLayers* layers,
                              Offered* offered) {
  for (size_t begin = 0; begin < ids.size(); begin += kMaxManifestBatch) {
    LIF_RETURN_IF_ERROR(CheckGoing(cancelled));
    const std::vector<std::string> batch(
        ids.begin() + begin, ids.begin() + std::min(begin + kMaxManifestBatch, ids.size()));
    LIF_ASSIGN_OR_RETURN(const auto manifests, catalog_.GetManifests(batch));
    for (size_t i = 0; i < batch.size(); ++i) {
      if (!manifests[i].ok()) {
        offered->erase(batch[i]);  // to be tried again after the next publish
        continue;
      }
      for (const Platform& platform : OfferedPlatforms(*manifests[i])) {
        LIF_ASSIGN_OR_RETURN(const std::vector<LayerKey> chain,
                             ComputeLayerKeys(*manifests[i], platform, recipe_));
        layers->Add(batch[i], chain);
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace lif
