// Whether a database is ready for this release. Daemons ask at their start and for readiness.
#pragma once

#include "absl/status/status.h"
#include "common/postgres/postgres_pool.h"

namespace lif {

// The newest migration of deploy/sql that our statements need.
inline constexpr int kSchemaVersion = 7;

// FAILED_PRECONDITION when the schema is missing or older, with the command to run. A newer one is
// fine: migrations only add.
absl::Status CheckSchema(PostgresPool& pool);

}  // namespace lif
