// PastBuildsReader over tables `records` and `layers` (deploy/sql/003_results.sql). Needs SELECT
// alone.
#pragma once

#include <string>
#include <vector>

#include "common/postgres/postgres_pool.h"
#include "common/records/past_builds.h"

namespace lif {

// Thread-safe. `pool` must outlive it.
class PostgresPastBuilds final : public PastBuildsReader {
 public:
  explicit PostgresPastBuilds(PostgresPool& pool) : pool_(pool) {}

  absl::StatusOr<std::vector<PastBuild>> LastBuilt(
      const std::vector<std::string>& build_keys) override;
  absl::StatusOr<std::vector<PastLayer>> LastLayers() override;
  absl::StatusOr<ReuseTotals> SumReuse() override;

 private:
  PostgresPool& pool_;
};

}  // namespace lif
