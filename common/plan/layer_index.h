// SharedLayers and outlines of a whole published catalog, kept: published rows never change, so
// that after a publish only what is new is read.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "common/base/mutex.h"
#include "common/catalog/catalog_reader.h"
#include "common/catalog/digests.h"
#include "common/plan/catalog_outlines.h"
#include "common/plan/shared_layers.h"

namespace lif {

// Thread-safe. A call costs one query (CatalogReader::Version) as long as nothing was published;
// else it reads the new manifests in batches, while other callers wait for it.
class LayerIndex {
 public:
  // `catalog` must outlive the index. Layer keys depend on `recipe`: one index for one recipe.
  LayerIndex(CatalogReader& catalog, Recipe recipe)
      : reader_(catalog), recipe_(std::move(recipe)) {}

  // As of a version no older than the call. `cancelled` is asked between batches (CANCELLED).
  // Errors are those of the catalog; a manifest whose rows are damaged (DATA_LOSS) is left out,
  // since the others can still be planned.
  absl::StatusOr<std::shared_ptr<const SharedLayers>> Current(
      const std::function<bool()>& cancelled = nullptr);
  // The outlines of the same.
  absl::StatusOr<std::shared_ptr<const CatalogOutlines>> CurrentOutlines(
      const std::function<bool()>& cancelled = nullptr);
  // As of the newest version that was read; nullptr before the first. Never waits.
  std::shared_ptr<const CatalogOutlines> KnownOutlines() const;

 private:
  struct Catalog {
    SharedLayers shared;
    CatalogOutlines outlines;
  };
  using Offered = std::unordered_map<std::string, size_t>;  // manifest ID → platforms it offers

  absl::StatusOr<std::shared_ptr<const Catalog>> Refresh(const std::function<bool()>& cancelled);
  absl::StatusOr<std::vector<std::string>> ListAll(const std::function<bool()>& cancelled,
                                                   Offered* offered);
  absl::Status Read(const std::vector<std::string>& ids, const std::function<bool()>& cancelled,
                    Catalog* catalog, Offered* offered);

  CatalogReader& reader_;
  const Recipe recipe_;
  Mutex mutex_;  // held while reading: one caller reads, the others get what it read
  std::string version_ ABSL_GUARDED_BY(mutex_);
  Offered known_ ABSL_GUARDED_BY(mutex_);
  mutable Mutex newest_mutex_;  // held for a moment
  std::shared_ptr<const Catalog> newest_ ABSL_GUARDED_BY(newest_mutex_);
};

}  // namespace lif
