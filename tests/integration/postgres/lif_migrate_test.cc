// The program, as an operator runs it.
#include <sys/stat.h>

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/postgres/schema_check.h"
#include "common/process/posix_process_runner.h"
#include "deploy/migrate/migrations.h"
#include "tests/support/catch.h"
#include "tests/support/postgres_server.h"
#include "tests/support/temporary_directory.h"

namespace lif {
namespace {

CapturedProcess RunMigrate(std::map<std::string, std::string> environment,
                           const std::vector<std::string>& arguments = {}) {
  PosixProcessRunner runner;
  ProcessSpec spec;
  spec.argv = {LIF_MIGRATE_BINARY, "--dir", SqlDirectory()};
  spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
  spec.env = std::move(environment);
  spec.deadline = absl::Minutes(2);
  auto captured = RunCaptured(runner, spec, {});
  REQUIRE(captured.ok());
  return *std::move(captured);
}

std::string LastLine(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

TEST_CASE("lif-migrate makes roles and schema, says what it did, and does it once") {
  TestDatabase database(TestDatabase::Kind::kEmpty);
  const std::map<std::string, std::string> environment = {
      {"LIF_POSTGRES_DSN", database.Dsn("postgres")}, {"LIF_PASSWORD_EXECUTOR", "it's \\ secret"}};

  CapturedProcess before = RunMigrate(environment, {"--status"});
  CHECK(before.result.exit_code == 1);
  CHECK(before.out.find("pending  001_privileges.sql") != std::string::npos);

  CapturedProcess first = RunMigrate(environment);
  INFO(first.err);
  CHECK(first.result.exit_code == 0);
  CHECK(first.out.find("set the password of lif_executor") != std::string::npos);
  CHECK(first.out.find("secret") == std::string::npos);
  CHECK(LastLine(first.out) ==
        absl::StrCat("schema is up to date, ", kSchemaVersion, " migrations applied"));
  CHECK(LastLine(RunMigrate(environment).out) == "schema is up to date, 0 migrations applied");

  CapturedProcess after = RunMigrate(environment, {"--status"});
  CHECK(after.result.exit_code == 0);
  CHECK(LastLine(after.out).find(absl::StrCat("schema ", kSchemaVersion, " of ", kSchemaVersion)) !=
        std::string::npos);
  // The password is stored hashed; that there is one at all shows that it was set.
  auto admin = database.Pool("postgres");
  auto rows = admin->Query("look",
                           "SELECT rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid "
                           "WHERE rolname = 'lif_executor'");
  REQUIRE(rows.ok());
  CHECK(rows->Bool(0, 0));
}

TEST_CASE("lif-migrate reads its configuration and passwords from private files") {
  TestDatabase database(TestDatabase::Kind::kEmpty);
  TemporaryDirectory directory;
  const std::string config = directory.path() + "/migrate.ini";
  const std::string passwords = directory.path() + "/passwords";
  std::ofstream(config) << "postgres-dsn=\"" << database.Dsn("postgres") << "\"\n";
  std::ofstream(passwords) << "lif_janitor=hush\n";
  CapturedProcess open = RunMigrate({}, {"--config", config, "--password-file", passwords});
  CHECK(open.result.exit_code == 1);
  CHECK(open.err.find("chmod 600") != std::string::npos);
  REQUIRE(::chmod(passwords.c_str(), 0600) == 0);
  CapturedProcess closed = RunMigrate({}, {"--config", config, "--password-file", passwords});
  INFO(closed.err);
  CHECK(closed.result.exit_code == 0);
  CHECK(closed.out.find("set the password of lif_janitor") != std::string::npos);
}

TEST_CASE("lif-migrate's exit code tells usage, refusal and absence apart") {
  CHECK(RunMigrate({{"LIF_POSTGRES_DSN", ""}}).result.exit_code == 2);
  CapturedProcess away = RunMigrate({{"LIF_POSTGRES_DSN", "host=/nowhere password=hush"}});
  CHECK(away.result.exit_code == 3);
  CHECK(away.err.find("hush") == std::string::npos);
  TestDatabase database;
  CapturedProcess role = RunMigrate({{"LIF_POSTGRES_DSN", database.Dsn("lif_publisher")}});
  CHECK(role.result.exit_code == 1);
  CHECK(role.err.find("connect as lif_owner") != std::string::npos);
}

TEST_CASE("daemons find out whether the schema is there and new enough") {
  CHECK(ReadMigrations(SqlDirectory())->size() == kSchemaVersion);
  TestDatabase migrated;
  auto pool = migrated.Pool("lif_controlplane");
  CHECK(CheckSchema(*pool).ok());
  TestDatabase empty(TestDatabase::Kind::kEmpty);
  auto missing = empty.Pool("postgres");
  CHECK(absl::IsFailedPrecondition(CheckSchema(*missing)));
  auto admin = migrated.Pool("postgres");
  REQUIRE(admin
              ->Query("forget", "DELETE FROM schema_migrations WHERE version = $1::integer",
                      SqlParams().AddInt(kSchemaVersion))
              .ok());
  absl::Status old = CheckSchema(*pool);
  CHECK(absl::IsFailedPrecondition(old));
  CHECK(std::string(old.message()).find("run lif-migrate") != std::string::npos);
}

}  // namespace
}  // namespace lif
