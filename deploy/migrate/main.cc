// lif-migrate: brings the factory's database to the newest schema.
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <string>

#include "common/config/version.h"
#include "deploy/migrate/migrator.h"
#include "deploy/migrate/roles.h"

namespace lif {
namespace {

struct Options {
  std::string dsn;
  std::string directory = "deploy/sql";
  std::string password_file;
  bool status = false;
};

std::string Environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

int Fail(const absl::Status& status) {
  std::cerr << "lif-migrate: " << status.message() << "\n";
  return absl::IsUnavailable(status) ? 3 : 1;
}

int ShowStatus(PostgresPool& pool, const Options& options) {
  absl::StatusOr<MigrationStatus> status = ReadMigrationStatus(pool, options.directory);
  if (!status.ok()) return Fail(status.status());
  for (const AppliedMigration& applied : status->applied) {
    std::cout << "applied  " << applied.name << "\n";
  }
  for (const std::string& name : status->pending) std::cout << "pending  " << name << "\n";
  std::cout << pool.Describe() << ": schema " << status->applied.size() << " of " << status->newest
            << "\n";
  return status->pending.empty() ? 0 : 1;
}

int MigrateAll(PostgresPool& pool, const Options& options) {
  MigrateRequest request;
  request.directory = options.directory;
  if (!options.password_file.empty()) {
    auto passwords = ReadPasswords(options.password_file);
    if (!passwords.ok()) return Fail(passwords.status());
    request.passwords = *std::move(passwords);
  }
  AddPasswords(Environment, request.passwords);
  request.report = [](const std::string& line) { std::cout << line << std::endl; };
  absl::StatusOr<int> applied = Migrate(pool, request);
  if (!applied.ok()) return Fail(applied.status());
  std::cout << "schema is up to date, " << *applied
            << (*applied == 1 ? " migration" : " migrations") << " applied" << std::endl;
  return 0;
}

int Run(int argc, char** argv) {
  Options options;
  CLI::App app(
      "Brings the factory's database to the newest schema. As a superuser it also makes the roles "
      "(lif_owner, lif_controlplane, lif_executor, lif_publisher, lif_janitor), with passwords "
      "from "
      "LIF_PASSWORD_OWNER, LIF_PASSWORD_CONTROLPLANE, … or --password-file; otherwise connect as "
      "lif_owner. Exit: 0 done, 1 refused, 2 usage, 3 PostgreSQL is away.");
  app.add_option("--postgres-dsn", options.dsn,
                 "connection string; keep passwords out of it here and use the environment")
      ->envname("LIF_POSTGRES_DSN")
      ->required();
  app.add_option("--dir", options.directory, "directory of NNN_name.sql")
      ->envname("LIF_SQL_DIR")
      ->capture_default_str();
  app.add_option("--password-file", options.password_file,
                 "lines ROLE=PASSWORD, mode 0600; wins over the environment");
  app.add_flag("--status", options.status, "only say what is applied; exit 1 when some is pending");
  app.set_version_flag("--version", VersionText("lif-migrate"), "print the version and leave");
  app.set_config("--config", "", "configuration file with these options");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  PostgresOptions pool_options;
  pool_options.dsn = options.dsn;
  pool_options.application_name = "lif-migrate";
  pool_options.max_connections = 1;
  PostgresPool pool(std::move(pool_options));
  return options.status ? ShowStatus(pool, options) : MigrateAll(pool, options);
}

}  // namespace
}  // namespace lif

int main(int argc, char** argv) {
  return lif::Run(argc, argv);
}
