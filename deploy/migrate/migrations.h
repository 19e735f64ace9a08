// Numbered SQL migrations of a directory: NNN_name.sql, from 001 without a gap.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace lif {

struct Migration {
  int version = 0;
  std::string name;    // "001_privileges.sql"
  std::string sha256;  // of the file
  std::string sql;
};

struct AppliedMigration {
  int version = 0;
  std::string name;
  std::string sha256;
};

// NOT_FOUND: no such directory; INVALID_ARGUMENT: a gap, a duplicate, an empty directory, or a name
// that is not NNN_name.sql. Files are at most 1 MiB.
absl::StatusOr<std::vector<Migration>> ReadMigrations(const std::string& directory);

// Those that are still to be applied, in order. Pure. FAILED_PRECONDITION when what was applied is
// not what the files say: an edited file, or a database that is newer than this program.
absl::StatusOr<std::vector<Migration>> PendingMigrations(
    const std::vector<Migration>& all, const std::vector<AppliedMigration>& applied);

}  // namespace lif
