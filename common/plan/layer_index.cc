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
  LIF_ASSIGN_OR_RETURN(const std::shared_ptr<const Catalog> catalog, Refresh(cancelled));
  return std::shared_ptr<const SharedLayers>(catalog, &catalog->shared);
}

absl::StatusOr<std::shared_ptr<const CatalogOutlines>> LayerIndex::CurrentOutlines(
    const std::function<bool()>& cancelled) {
  LIF_ASSIGN_OR_RETURN(const std::shared_ptr<const Catalog> catalog, Refresh(cancelled));
  return std::shared_ptr<const CatalogOutlines>(catalog, &catalog->outlines);
}

std::shared_ptr<const CatalogOutlines> LayerIndex::KnownOutlines() const {
  MutexLock lock(&newest_mutex_);
  if (newest_ == nullptr) return nullptr;
  return std::shared_ptr<const CatalogOutlines>(newest_, &newest_->outlines);
}

absl::StatusOr<std::shared_ptr<const LayerIndex::Catalog>> LayerIndex::Refresh(
    const std::function<bool()>& cancelled) {
  MutexLock lock(&mutex_);
  std::shared_ptr<const Catalog> newest;
  {
    MutexLock moment(&newest_mutex_);
    newest = newest_;
  }
  // Asked first: what is published while the rest is read is found by the next call.
  LIF_ASSIGN_OR_RETURN(const std::string version, reader_.Version());
  if (newest != nullptr && version == version_) return newest;
  Offered offered;
  LIF_ASSIGN_OR_RETURN(const std::vector<std::string> all, ListAll(cancelled, &offered));
  std::vector<std::string> fresh;
  for (const std::string& id : all) {
    const auto known = known_.find(id);
    if (known == known_.end() || known->second != offered.at(id)) fresh.push_back(id);
  }
  auto catalog =
      newest == nullptr ? std::make_shared<Catalog>() : std::make_shared<Catalog>(*newest);
  LIF_RETURN_IF_ERROR(Read(fresh, cancelled, catalog.get(), &offered));
  known_ = std::move(offered);
  version_ = version;
  MutexLock moment(&newest_mutex_);
  newest_ = std::move(catalog);
  return newest_;
}

absl::StatusOr<std::vector<std::string>> LayerIndex::ListAll(const std::function<bool()>& cancelled,
                                                             Offered* offered) {
  std::vector<std::string> ids;
  ManifestFilter filter;
  filter.limit = kPage;
  do {
    LIF_RETURN_IF_ERROR(CheckGoing(cancelled));
    LIF_ASSIGN_OR_RETURN(const ManifestPage page, reader_.ListManifests(filter));
    for (const ManifestSummary& summary : page.manifests) {
      ids.push_back(summary.id);
      (*offered)[summary.id] = summary.platforms.size();
    }
    filter.after = page.next;
  } while (!filter.after.empty());
  return ids;
}

absl::Status LayerIndex::Read(const std::vector<std::string>& ids,
                              const std::function<bool()>& cancelled, Catalog* catalog,
                              Offered* offered) {
  for (size_t begin = 0; begin < ids.size(); begin += kMaxManifestBatch) {
    LIF_RETURN_IF_ERROR(CheckGoing(cancelled));
    const std::vector<std::string> batch(
        ids.begin() + begin, ids.begin() + std::min(begin + kMaxManifestBatch, ids.size()));
    LIF_ASSIGN_OR_RETURN(const auto manifests, reader_.GetManifests(batch));
    for (size_t i = 0; i < batch.size(); ++i) {
      if (!manifests[i].ok()) {
        offered->erase(batch[i]);  // to be tried again after the next publish
        continue;
      }
      const std::vector<PlatformIdentity> identities = ComputeIdentities(*manifests[i], recipe_);
      for (const PlatformIdentity& on : identities) {
        catalog->shared.Add(batch[i], on.identity.chain);
      }
      catalog->outlines.Add(*manifests[i], identities);
    }
  }
  return absl::OkStatus();
}

}  // namespace lif
