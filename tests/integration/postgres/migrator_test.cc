#include "deploy/migrate/migrator.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/postgres_server.h"
#include "tests/support/temporary_directory.h"

namespace lif {
namespace {

namespace fs = std::filesystem;

// A copy of the migrations that a test may damage.
class SqlCopy {
 public:
  SqlCopy() {
    for (const auto& entry : fs::directory_iterator(SqlDirectory())) {
      fs::copy(entry.path(), fs::path(path()) / entry.path().filename());
    }
  }
  const std::string& path() const { return directory_.path(); }
  void Write(const std::string& name, const std::string& sql) {
    std::ofstream(path() + "/" + name) << sql;
  }
  int count() const {
    return static_cast<int>(
        std::distance(fs::directory_iterator(path()), fs::directory_iterator()));
  }

 private:
  TemporaryDirectory directory_;
};

std::string Message(const absl::Status& status) {
  return std::string(status.message());
}

TEST_CASE("migrations are applied once, and the status says so") {
  TestDatabase database(TestDatabase::Kind::kEmpty);
  auto pool = database.Pool("postgres");
  SqlCopy sql;
  MigrateRequest request;
  request.directory = sql.path();
  std::vector<std::string> lines;
  request.report = [&](const std::string& line) { lines.push_back(line); };

  auto before = ReadMigrationStatus(*pool, sql.path());
  REQUIRE(before.ok());
  CHECK(before->applied.empty());
  CHECK(static_cast<int>(before->pending.size()) == sql.count());

  auto applied = Migrate(*pool, request);
  REQUIRE(applied.ok());
  CHECK(*applied == sql.count());
  CHECK(lines.back().find("applied 00") == 0);
  CHECK(*Migrate(*pool, request) == 0);

  auto after = ReadMigrationStatus(*pool, sql.path());
  REQUIRE(after.ok());
  CHECK(after->pending.empty());
  CHECK(after->newest == sql.count());
}

TEST_CASE("an applied file that was edited, and an unknown migration, are refused") {
  TestDatabase database;
  auto pool = database.Pool("lif_owner");
  SqlCopy edited;
  edited.Write("001_privileges.sql", "SELECT 1;");
  MigrateRequest request;
  request.directory = edited.path();
  auto result = Migrate(*pool, request);
  CHECK(result.status().code() == absl::StatusCode::kFailedPrecondition);
  CHECK(Message(result.status()).find("001_privileges.sql") != std::string::npos);

  SqlCopy newer;
  newer.Write("099_x.sql", "SELECT 1;");
  request.directory = newer.path();
  CHECK(Migrate(*pool, request).status().code() == absl::StatusCode::kInvalidArgument);

  auto owner = database.Pool("lif_owner");
  REQUIRE(owner
              ->Query("pretend",
                      "INSERT INTO schema_migrations VALUES (98, '098_later.sql', 'x') "
                      "RETURNING 1")
              .ok());
  request.directory = SqlDirectory();
  result = Migrate(*pool, request);
  CHECK(result.status().code() == absl::StatusCode::kFailedPrecondition);
  CHECK(Message(result.status()).find("098_later.sql") != std::string::npos);
}

TEST_CASE("a migration that fails leaves no trace, and the next try goes on from there") {
  TestDatabase database;
  auto pool = database.Pool("lif_owner");
  SqlCopy sql;
  char name[32];
  std::snprintf(name, sizeof name, "%03d_broken.sql", sql.count() + 1);
  sql.Write(name, "CREATE TABLE half (a int); SELECT nonsense;");
  MigrateRequest request;
  request.directory = sql.path();
  auto result = Migrate(*pool, request);
  REQUIRE_FALSE(result.ok());
  CHECK(Message(result.status()).find(name) != std::string::npos);
  auto half = pool->Query("look", "SELECT to_regclass('public.half') IS NULL");
  REQUIRE(half.ok());
  CHECK(half->Bool(0, 0));

  sql.Write(name, "CREATE TABLE half (a int);");
  auto again = Migrate(*pool, request);
  REQUIRE(again.ok());
  CHECK(*again == 1);
}

TEST_CASE("racing migrators apply each migration once") {
  TestDatabase database(TestDatabase::Kind::kEmpty);
  std::vector<int> counts(4, -1);
  {
    std::vector<std::jthread> threads;
    for (int& count : counts) {
      threads.emplace_back([&] {
        auto pool = database.Pool("postgres");
        MigrateRequest request;
        request.directory = SqlDirectory();
        count = Migrate(*pool, request).value_or(-1);
      });
    }
  }
  std::sort(counts.begin(), counts.end());
  CHECK(counts[0] == 0);
  CHECK(counts[1] == 0);
  CHECK(counts[2] == 0);
  CHECK(counts[3] > 0);
}

TEST_CASE("only the owner or a superuser migrates") {
  TestDatabase database;
  auto pool = database.Pool("lif_executor");
  MigrateRequest request;
  request.directory = SqlDirectory();
  auto result = Migrate(*pool, request);
  CHECK(result.status().code() == absl::StatusCode::kPermissionDenied);
  CHECK(Message(result.status()).find("lif_owner") != std::string::npos);
}

// As on a managed PostgreSQL: an administrator made roles and database, and nobody is a superuser.
TEST_CASE("an owner who is no superuser migrates a database that was prepared") {
  TestDatabase roles;  // the first migration of a cluster makes the roles
  TestDatabase database(TestDatabase::Kind::kEmpty);
  auto admin = database.Pool("postgres");
  auto prepare = [&](SqlSession& session) {
    return session.ExecScript("ALTER DATABASE " + database.name() + " OWNER TO lif_owner");
  };
  REQUIRE(admin->WithSession("prepare", prepare).ok());
  auto pool = database.Pool("lif_owner");
  MigrateRequest request;
  request.directory = SqlDirectory();
  auto applied = Migrate(*pool, request);
  INFO(applied.status().ToString());
  REQUIRE(applied.ok());
  CHECK(*applied > 0);
  auto reader = database.Pool("lif_controlplane");
  CHECK(reader->Query("read", "SELECT count(*) FROM manifests").ok());
  for (const char* sql : {"CREATE TABLE mine (a int)", "CREATE TEMPORARY TABLE mine (a int)",
                          "TRUNCATE records", "UPDATE manifests SET summary = ''"}) {
    CHECK(absl::IsPermissionDenied(reader->Query("write", sql).status()));
  }
}

TEST_CASE("a schema that is missing is named with its remedy") {
  TestDatabase database(TestDatabase::Kind::kEmpty);
  auto pool = database.Pool("postgres");
  auto rows = pool->Query("read the catalog", "SELECT id FROM manifests");
  CHECK(rows.status().code() == absl::StatusCode::kFailedPrecondition);
  CHECK(Message(rows.status()).find("run lif-migrate") != std::string::npos);
}

}  // namespace
}  // namespace lif
