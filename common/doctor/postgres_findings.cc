#include "common/doctor/postgres_findings.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/doctor/redis_findings.h"
#include "common/postgres/schema_check.h"

namespace lif {
namespace {

const char kServerSql[] =
    "SELECT current_setting('server_version'), current_user, "
    "(SELECT rolsuper FROM pg_roles WHERE rolname = current_user), pg_is_in_recovery(), "
    "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

// Our tables, and what the asking role may do with each.
const char kRightsSql[] =
    "SELECT c.relname, has_table_privilege(c.oid, 'SELECT'), has_table_privilege(c.oid, 'INSERT'), "
    "has_table_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE') "
    "OR has_table_privilege(c.oid, 'TRUNCATE') "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') ORDER BY c.relname";

const std::set<std::string>& CatalogTables() {
  static const std::set<std::string> tables = {"bases", "modules", "templates", "manifests"};
  return tables;
}

// Tables of `role` that its INSERT is for; nullopt for a role that we know nothing of.
bool MayInsert(const std::string& role, const std::string& table) {
  const bool catalog = CatalogTables().contains(table);
  if (role == "lif_executor") return !catalog && table != "schema_migrations";
  if (role == "lif_publisher") return catalog;
  return false;
}

Finding JudgeRights(const PostgresFacts& facts) {
  const std::string name = "postgres rights";
  const std::string remedy =
      "run lif-migrate, which grants what deploy/sql says; take the rest back by hand";
  if (facts.superuser) {
    return {
        name, FindingState::kProblem, facts.role + " is a superuser: it may do anything",
        "give each program the role of its name (lif_controlplane, lif_executor, lif_publisher)"};
  }
  static const std::set<std::string> known = {"lif_controlplane", "lif_executor", "lif_publisher"};
  if (!known.contains(facts.role)) {
    return {name, FindingState::kWarning, "role " + facts.role + " is none of the factory's",
            "use lif_controlplane, lif_executor or lif_publisher"};
  }
  std::vector<std::string> wrong;
  if (!facts.unreadable.empty() && facts.role != "lif_publisher") {
    wrong.push_back("can't read " + absl::StrJoin(facts.unreadable, ", "));
  }
  if (!facts.changeable.empty()) {
    wrong.push_back("may change " + absl::StrJoin(facts.changeable, ", "));
  }
  std::vector<std::string> extra;
  for (const std::string& table : facts.insertable) {
    if (!MayInsert(facts.role, table)) extra.push_back(table);
  }
  if (!extra.empty()) wrong.push_back("may insert into " + absl::StrJoin(extra, ", "));
  if (facts.role != "lif_controlplane" && facts.insertable.empty()) {
    wrong.push_back("may insert nothing");
  }
  if (!wrong.empty()) {
    return {name, FindingState::kProblem, facts.role + " " + absl::StrJoin(wrong, "; "), remedy};
  }
  return {name, FindingState::kOk,
          absl::StrCat(facts.role,
                       facts.insertable.empty()
                           ? " reads, and writes nothing"
                           : " only adds rows, to " + absl::StrJoin(facts.insertable, ", ")),
          ""};
}

Finding JudgeSchema(const PostgresFacts& facts) {
  const std::string name = "postgres schema";
  const std::string detail = absl::StrCat("migration ", facts.schema, ", needed ", kSchemaVersion);
  if (facts.schema < kSchemaVersion) {
    return {name, FindingState::kProblem, detail, "run lif-migrate --dir deploy/sql"};
  }
  return {name, FindingState::kOk, detail, ""};
}

}  // namespace

absl::StatusOr<PostgresFacts> ReadPostgresFacts(PostgresPool& pool, Clock& clock) {
  PostgresFacts facts;
  const absl::Time before = clock.Now();
  LIF_ASSIGN_OR_RETURN(const SqlRows server, pool.Query("ask the server about itself", kServerSql));
  const absl::Time here = before + (clock.Now() - before) / 2;
  facts.version = server.Text(0, 0);
  facts.role = server.Text(0, 1);
  facts.superuser = server.Bool(0, 2);
  facts.in_recovery = server.Bool(0, 3);
  facts.ahead = absl::FromUnixMicros(server.Int(0, 4)) - here;
  LIF_ASSIGN_OR_RETURN(const SqlRows rights, pool.Query("read the role's rights", kRightsSql));
  bool migrated = false;
  for (int row = 0; row < rights.size(); ++row) {
    const std::string table = rights.Text(row, 0);
    if (table == "schema_migrations") migrated = true;
    if (!rights.Bool(row, 1)) facts.unreadable.push_back(table);
    if (rights.Bool(row, 2)) facts.insertable.push_back(table);
    if (rights.Bool(row, 3)) facts.changeable.push_back(table);
  }
  if (!migrated) return facts;
  LIF_ASSIGN_OR_RETURN(
      const SqlRows schema,
      pool.Query("read the version of the schema", "SELECT max(version) FROM schema_migrations"));
  facts.schema = schema.Int(0, 0);
  return facts;
}

std::vector<Finding> JudgePostgres(const PostgresFacts& facts) {
  Finding server = {"postgres", FindingState::kOk, "PostgreSQL " + facts.version, ""};
  if (facts.in_recovery) {
    server.state = FindingState::kWarning;
    server.detail += ", a standby: what it answers may be old, and executors can't write to it";
    server.remedy = "point --postgres-dsn at the primary";
  }
  return {server, JudgeSchema(facts), JudgeRights(facts), JudgeClock("PostgreSQL", facts.ahead)};
}

std::vector<Finding> CheckPostgres(PostgresPool& pool, Clock& clock) {
  const absl::StatusOr<PostgresFacts> facts = ReadPostgresFacts(pool, clock);
  if (!facts.ok()) {
    return {ProblemOf("postgres", facts.status(),
                      "start it, or look at --postgres-dsn; builds that run go on meanwhile")};
  }
  return JudgePostgres(*facts);
}

}  // namespace lif
