// CatalogReader over the published catalog (deploy/sql/002_catalog.sql). Needs SELECT alone.
#pragma once

#include <string>
#include <vector>

#include "common/catalog/catalog_reader.h"
#include "common/postgres/postgres_pool.h"

namespace lif {

// Thread-safe. `pool` must outlive it. What is read is checked: each document against its SHA-256,
// and the whole manifest against the digest that it was published with (DATA_LOSS).
class PostgresCatalogReader final : public CatalogReader {
 public:
  explicit PostgresCatalogReader(PostgresPool& pool) : pool_(pool) {}

  // One round trip.
  absl::StatusOr<ResolvedManifest> GetManifest(const std::string& id) override;
  // One round trip, and another when one is unknown.
  absl::StatusOr<std::vector<absl::StatusOr<ResolvedManifest>>> GetManifests(
      const std::vector<std::string>& ids) override;
  absl::StatusOr<ManifestPage> ListManifests(const ManifestFilter& filter) override;
  // Rows are only ever added: their numbers tell.
  absl::StatusOr<std::string> Version() override;
  absl::StatusOr<Module> GetModule(const std::string& name, const std::string& version) override;
  absl::StatusOr<CatalogNames> Names() override;

 private:
  absl::StatusOr<std::vector<std::string>> ManifestIds();
  absl::Status NoModule(const std::string& name, const std::string& version);

  PostgresPool& pool_;
};

}  // namespace lif
