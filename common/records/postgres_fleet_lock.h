// FleetLock by PostgreSQL's session-level advisory locks.
#pragma once

#include <functional>
#include <string>

#include "common/postgres/postgres_pool.h"
#include "common/records/record_store.h"

namespace lif {

// Thread-safe. `pool` must outlive it. Each lock held takes one connection of the pool, also while
// `action` runs: give a pool of its own, or one with room for what `action` asks of it. When the
// connection breaks the lock is gone while `action` still runs; so `action` must be harmless twice.
class PostgresFleetLock final : public FleetLock {
 public:
  explicit PostgresFleetLock(PostgresPool& pool) : pool_(pool) {}

  absl::Status WithLock(const std::string& name, absl::Duration wait,
                        const std::function<absl::Status()>& action) override;

 private:
  PostgresPool& pool_;
};

}  // namespace lif
