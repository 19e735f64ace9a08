// PackageReader over table `packages` (deploy/sql/003_results.sql). Needs SELECT alone.
#pragma once

#include <string>
#include <vector>

#include "common/postgres/postgres_pool.h"
#include "common/records/package_reader.h"

namespace lif {

// Thread-safe. `pool` must outlive it.
class PostgresPackageReader final : public PackageReader {
 public:
  explicit PostgresPackageReader(PostgresPool& pool) : pool_(pool) {}

  absl::StatusOr<std::vector<Package>> PackagesOf(const std::string& build_id) override;

 private:
  PostgresPool& pool_;
};

}  // namespace lif
