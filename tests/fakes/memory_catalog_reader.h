// A published catalog in memory, with the behaviour of PostgresCatalogReader.
#pragma once

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"
#include "common/catalog/catalog_reader.h"

namespace lif {

// Thread-safe.
class MemoryCatalogReader final : public CatalogReader {
 public:
  explicit MemoryCatalogReader(Catalog catalog) : catalog_(std::move(catalog)) {}

  // While not OK, every call answers it: the store is away.
  void SetAway(absl::Status status);
  // What publishing a platform that a published base lacks does.
  void AddPlatform(const std::string& base, const Platform& platform, const BasePlatform& pinned);
  // Publishes another; its template, base and modules must be there.
  void AddManifest(const Manifest& manifest);
  // Publishes a module that no manifest uses, version 1.0.0.
  void AddModule(const std::string& name, Slot slot);
  // Manifests read so far, to prove that a cache works; and the calls that it took.
  int reads() const;
  int calls() const;

  absl::StatusOr<ResolvedManifest> GetManifest(const std::string& id) override;
  absl::StatusOr<std::vector<absl::StatusOr<ResolvedManifest>>> GetManifests(
      const std::vector<std::string>& ids) override;
  absl::StatusOr<ManifestPage> ListManifests(const ManifestFilter& filter) override;
  absl::StatusOr<std::string> Version() override;
  absl::StatusOr<Module> GetModule(const std::string& name, const std::string& version) override;
  absl::StatusOr<CatalogNames> Names() override;

 private:
  mutable Mutex mutex_;
  Catalog catalog_ ABSL_GUARDED_BY(mutex_);
  absl::Status away_ ABSL_GUARDED_BY(mutex_);
  int reads_ ABSL_GUARDED_BY(mutex_) = 0;
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace lif
