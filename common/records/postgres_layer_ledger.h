// The layer ledger in table `layers` (deploy/sql/003_results.sql, 006_layer_lineage.sql).
#pragma once

#include <string>
#include <vector>

#include "common/postgres/postgres_pool.h"
#include "common/records/layer_ledger.h"

namespace lif {

// Needs SELECT alone. Thread-safe. `pool` must outlive it.
class PostgresLayerLedgerReader final : public LayerLedgerReader {
 public:
  explicit PostgresLayerLedgerReader(PostgresPool& pool) : pool_(pool) {}

  absl::StatusOr<std::vector<LedgerLayer>> LookUp(
      const std::vector<std::string>& layer_keys) override;

 private:
  PostgresPool& pool_;
};

// Needs SELECT and INSERT. Thread-safe. `pool` must outlive it. Of racing commits of one (key,
// generation), one is committed, and all are answered that one.
class PostgresLayerLedgerWriter final : public LayerLedgerWriter {
 public:
  explicit PostgresLayerLedgerWriter(PostgresPool& pool) : pool_(pool) {}

  absl::StatusOr<LedgerCommit> Commit(const LedgerLayer& layer) override;

 private:
  PostgresPool& pool_;
};

}  // namespace lif
