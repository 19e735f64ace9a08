// Published manifests with what follows from them, kept in memory.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/base/clock.h"
#include "common/catalog/catalog_reader.h"
#include "common/catalog/digests.h"
#include "common/catalog/model.h"

namespace lif {

// What a manifest is on one platform.
struct PlatformOffer {
  Platform platform;
  BuildIdentity identity;
  std::string pool;
};

// Immutable. What is published never changes, but its base may gain a platform: then it is read
// anew.
struct PreparedManifest {
  ResolvedManifest manifest;
  std::vector<PlatformOffer> offers;  // by platform, ascending

  // nullptr when the manifest does not offer it.
  const PlatformOffer* Find(const Platform& platform) const;
  // "linux/amd64, linux/arm64"
  std::string OfferedText() const;
};

// Memory that a manifest takes, roughly: its strings and a fixed cost for each part.
uint64_t ApproximateBytes(const PreparedManifest& manifest);

// Reads through to the catalog and keeps what was used last, up to a number of bytes. A published
// manifest only ever gains platforms, so one is read again after a minute, or at once when it lacks
// a platform that is asked for; what is unknown is not kept. Thread-safe; a miss blocks on I/O,
// outside the lock, so two threads may read the same manifest at the same time.
class ManifestCache {
 public:
  // `catalog` and `clock` must outlive the cache.
  ManifestCache(CatalogReader& catalog, Recipe recipe, uint64_t max_bytes, Clock& clock)
      : catalog_(catalog), recipe_(std::move(recipe)), max_bytes_(max_bytes), clock_(clock) {}

  // Errors are those of CatalogReader::GetManifest; INVALID_ARGUMENT when `id` is no manifest ID.
  // `wanted`: platforms that the caller is going to look for.
  absl::StatusOr<std::shared_ptr<const PreparedManifest>> Get(
      const std::string& id, const std::vector<Platform>& wanted = {});

  // The same for each ID, in their order; what is not kept is read in batches. The status of the
  // whole is that of a store that is away. The answer keeps all of them in memory: ask for no more
  // than are looked at together.
  absl::StatusOr<std::vector<absl::StatusOr<std::shared_ptr<const PreparedManifest>>>> GetAll(
      const std::vector<std::string>& ids, const std::vector<Platform>& wanted = {});

  const Recipe& recipe() const { return recipe_; }
  uint64_t bytes() const;
  size_t size() const;

 private:
  struct Entry {
    std::string id;
    std::shared_ptr<const PreparedManifest> manifest;
    uint64_t bytes = 0;
    absl::Duration read;  // steady time
  };

  std::shared_ptr<const PreparedManifest> Prepare(const std::string& id, ResolvedManifest manifest);
  std::shared_ptr<const PreparedManifest> FindCached(const std::string& id,
                                                     const std::vector<Platform>& wanted);
  void Insert(const std::string& id, std::shared_ptr<const PreparedManifest> manifest);

  CatalogReader& catalog_;
  const Recipe recipe_;
  const uint64_t max_bytes_;
  Clock& clock_;
  mutable absl::Mutex mutex_;
  std::list<Entry> entries_ ABSL_GUARDED_BY(mutex_);  // used last comes first
  std::unordered_map<std::string, std::list<Entry>::iterator> index_ ABSL_GUARDED_BY(mutex_);
  uint64_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace lif
