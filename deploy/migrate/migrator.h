// Brings a database to the newest migration.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/postgres/postgres_pool.h"
#include "deploy/migrate/migrations.h"

namespace lif {

struct MigrateRequest {
  std::string directory;
  std::map<std::string, std::string> passwords;  // by role; used by a superuser only
  std::function<void(const std::string&)> report = [](const std::string&) {};  // one line a step
};

struct MigrationStatus {
  int newest = 0;  // of the directory
  std::vector<AppliedMigration> applied;
  std::vector<std::string> pending;  // names
};

// Each migration in a transaction of its own, with its row in schema_migrations; racing migrators
// wait for each other by an advisory lock. As a superuser it makes the roles first and then acts as
// lif_owner; any other user must be lif_owner. Answers how many were applied.
absl::StatusOr<int> Migrate(PostgresPool& pool, const MigrateRequest& request);

// Changes nothing.
absl::StatusOr<MigrationStatus> ReadMigrationStatus(PostgresPool& pool,
                                                    const std::string& directory);

}  // namespace lif
