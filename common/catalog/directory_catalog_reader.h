// A catalog from a directory: for `lif render`, `lif build --local` and tests.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/catalog/catalog_loader.h"
#include "common/catalog/catalog_reader.h"

namespace lif {

// Immutable once made, and so thread-safe; answers without I/O.
class DirectoryCatalogReader final : public CatalogReader {
 public:
  // Reads the directory whole. INVALID_ARGUMENT lists what is wrong with the catalog.
  static absl::StatusOr<std::unique_ptr<DirectoryCatalogReader>> Open(const std::string& directory);

  explicit DirectoryCatalogReader(Catalog catalog) : catalog_(std::move(catalog)) {}

  absl::StatusOr<ResolvedManifest> GetManifest(const std::string& id) override;
  absl::StatusOr<std::vector<absl::StatusOr<ResolvedManifest>>> GetManifests(
      const std::vector<std::string>& ids) override;
  absl::StatusOr<ManifestPage> ListManifests(const ManifestFilter& filter) override;
  // The same for ever: what was read does not change.
  absl::StatusOr<std::string> Version() override { return "directory"; }
  absl::StatusOr<Module> GetModule(const std::string& name, const std::string& version) override;
  absl::StatusOr<CatalogNames> Names() override;

  const Catalog& catalog() const { return catalog_; }

 private:
  const Catalog catalog_;
};

}  // namespace lif
