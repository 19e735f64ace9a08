// What a factory needs of its PostgreSQL: facts, and what to think of them.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/doctor/finding.h"
#include "common/postgres/postgres_pool.h"

namespace lif {

struct PostgresFacts {
  std::string version;  // "15.8 (Debian …)"
  int64_t schema = 0;   // newest migration; 0 when there is none
  std::string role;     // who asks
  bool superuser = false;
  bool in_recovery = false;             // a standby
  std::vector<std::string> unreadable;  // tables that it may not SELECT
  std::vector<std::string> insertable;  // that it may INSERT into
  std::vector<std::string> changeable;  // that it may UPDATE, DELETE or TRUNCATE
  absl::Duration ahead;                 // its clock against ours
};

absl::StatusOr<PostgresFacts> ReadPostgresFacts(PostgresPool& pool, Clock& clock);

// Pure. What a role may do is judged by its name (deploy/sql); of other roles only that they are no
// superuser.
std::vector<Finding> JudgePostgres(const PostgresFacts& facts);

// Both; a database that does not answer is a problem.
std::vector<Finding> CheckPostgres(PostgresPool& pool, Clock& clock);

}  // namespace lif
