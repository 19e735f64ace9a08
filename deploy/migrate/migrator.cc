#include "deploy/migrate/migrator.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "deploy/migrate/roles.h"

namespace lif {
namespace {

constexpr absl::Duration kLockWait = absl::Minutes(2);
constexpr absl::Duration kMigrationLimit = absl::Hours(1);
constexpr char kLock[] = "SELECT pg_advisory_lock(hashtextextended('lif.schema_migrations', 0))";

constexpr char kLedger[] = R"sql(
CREATE TABLE IF NOT EXISTS schema_migrations (
  version    integer     PRIMARY KEY,
  name       text        NOT NULL,
  sha256     text        NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT ON schema_migrations
  TO lif_controlplane, lif_executor, lif_publisher, lif_janitor;
)sql";

absl::StatusOr<std::vector<AppliedMigration>> ReadApplied(SqlSession& session) {
  LIF_ASSIGN_OR_RETURN(SqlRows ledger,
                       session.Exec("SELECT to_regclass('public.schema_migrations') IS NOT NULL"));
  std::vector<AppliedMigration> applied;
  if (!ledger.Bool(0, 0)) return applied;
  LIF_ASSIGN_OR_RETURN(
      SqlRows rows,
      session.Exec("SELECT version, name, sha256 FROM schema_migrations ORDER BY version"));
  for (int i = 0; i < rows.size(); ++i) {
    applied.push_back({static_cast<int>(rows.Int(i, 0)), rows.Text(i, 1), rows.Text(i, 2)});
  }
  return applied;
}

absl::Status WaitForOthers(SqlSession& session) {
  session.set_limit(kLockWait + absl::Seconds(10));
  LIF_RETURN_IF_ERROR(session.ExecScript(absl::StrCat(
      "SET statement_timeout = 0; SET lock_timeout = ", absl::ToInt64Milliseconds(kLockWait))));
  LIF_RETURN_IF_ERROR(session.Exec(kLock).status());
  session.set_limit(kMigrationLimit);
  return absl::OkStatus();
}

absl::Status BecomeOwner(SqlSession& session, const MigrateRequest& request) {
  LIF_ASSIGN_OR_RETURN(SessionPowers powers, ReadPowers(session));
  if (powers.superuser) {
    LIF_ASSIGN_OR_RETURN(std::vector<std::string> done, EnsureRoles(session, request.passwords));
    for (const std::string& line : done) request.report(line);
    return session.ExecScript("SET ROLE lif_owner");
  }
  if (powers.user != "lif_owner") {
    return absl::PermissionDeniedError(
        absl::StrCat("the schema belongs to lif_owner, and this is ", powers.user,
                     "; connect as lif_owner, or as a superuser, who also makes the roles"));
  }
  return absl::OkStatus();
}

// DDL is transactional in PostgreSQL: a migration and its row are there both or neither.
absl::Status Apply(SqlSession& session, const Migration& migration) {
  LIF_RETURN_IF_ERROR(session.ExecScript("BEGIN"));
  absl::Status status = session.ExecScript(migration.sql);
  if (status.ok()) {
    status =
        session
            .Exec("INSERT INTO schema_migrations (version, name, sha256) VALUES ($1, $2, $3)",
                  SqlParams().AddInt(migration.version).Add(migration.name).Add(migration.sha256))
            .status();
  }
  if (status.ok()) status = session.ExecScript("COMMIT");
  if (status.ok()) return status;
  return absl::Status(status.code(),
                      absl::StrCat("migration ", migration.name, " was refused and left no trace: ",
                                   std::string(status.message())));
}

}  // namespace

absl::StatusOr<int> Migrate(PostgresPool& pool, const MigrateRequest& request) {
  LIF_ASSIGN_OR_RETURN(std::vector<Migration> all, ReadMigrations(request.directory));
  int count = 0;
  auto work = [&](SqlSession& session) -> absl::Status {
    LIF_RETURN_IF_ERROR(WaitForOthers(session));
    LIF_RETURN_IF_ERROR(BecomeOwner(session, request));
    LIF_RETURN_IF_ERROR(session.ExecScript(kLedger));
    LIF_ASSIGN_OR_RETURN(std::vector<AppliedMigration> applied, ReadApplied(session));
    LIF_ASSIGN_OR_RETURN(std::vector<Migration> pending, PendingMigrations(all, applied));
    for (const Migration& migration : pending) {
      LIF_RETURN_IF_ERROR(Apply(session, migration));
      request.report("applied " + migration.name);
      ++count;
    }
    return absl::OkStatus();  // the pool ends role and lock with the session
  };
  LIF_RETURN_IF_ERROR(pool.WithSession("migrate the schema", work));
  return count;
}

absl::StatusOr<MigrationStatus> ReadMigrationStatus(PostgresPool& pool,
                                                    const std::string& directory) {
  LIF_ASSIGN_OR_RETURN(std::vector<Migration> all, ReadMigrations(directory));
  MigrationStatus result;
  result.newest = all.back().version;
  auto work = [&](SqlSession& session) -> absl::Status {
    LIF_ASSIGN_OR_RETURN(result.applied, ReadApplied(session));
    return absl::OkStatus();
  };
  LIF_RETURN_IF_ERROR(pool.WithSession("read the state of the schema", work));
  LIF_ASSIGN_OR_RETURN(std::vector<Migration> pending, PendingMigrations(all, result.applied));
  for (const Migration& migration : pending) result.pending.push_back(migration.name);
  return result;
}

}  // namespace lif
