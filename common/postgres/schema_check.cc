#include "common/postgres/schema_check.h"

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace lif {

absl::Status CheckSchema(PostgresPool& pool) {
  LIF_ASSIGN_OR_RETURN(SqlRows rows, pool.Query("read the version of the schema",
                                                "SELECT max(version) FROM schema_migrations"));
  if (rows.Int(0, 0) >= kSchemaVersion) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(pool.Describe(), " has schema ", rows.Int(0, 0),
                                                    ", and this release needs ", kSchemaVersion,
                                                    "; run lif-migrate"));
}

}  // namespace lif
