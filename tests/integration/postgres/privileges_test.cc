// What each role may not do, asked of PostgreSQL itself (design.md §2, §9).
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/catch.h"
#include "tests/support/postgres_server.h"

namespace lif {
namespace {

constexpr char kSeed[] = R"sql(
INSERT INTO bases VALUES ('b', '{linux/amd64}', repeat('0', 64), '{}', encode(sha256('{}'), 'hex'));
INSERT INTO templates (name, version, summary, digest, document, document_sha256)
  VALUES ('t', '1.0.0', '', repeat('0', 64), '{}', encode(sha256('{}'), 'hex'));
INSERT INTO modules (name, version, slot, summary, platforms, file_blobs, digest, document,
                     document_sha256)
  VALUES ('m', '1.0.0', 'core', '', '{linux/amd64}', '{}', repeat('0', 64), '{}',
          encode(sha256('{}'), 'hex'));
INSERT INTO manifests VALUES ('app', '', 't@1.0.0', 'b', '{m@1.0.0}', '{m}', '{linux/amd64}', '{}',
                              repeat('0', 64), '{}', encode(sha256('{}'), 'hex'));
)sql";

std::string RecordSql(const std::string& build_id, int generation) {
  return absl::StrCat(
      "INSERT INTO records (build_id, build_key, generation, token, manifest_id, platform, pool, "
      "executor, tenant, attempt, outcome, failure_class, failure_stage, failure_module, "
      "failure_line, failure_command, failure_message, cause_build_id, image, tags, stages, "
      "steps_cached, steps_run, finished_at) VALUES ('",
      build_id, "', repeat('1', 64), ", generation,
      ", 1, 'app', 'linux/amd64', 'amd64', 'e', 't', 1, 'compatible', 'none', '', '', "
      "0, '', '', '', '', '{}', '{}', 0, 0, now())");
}

std::string LayerSql(const std::string& key_digit, int generation) {
  return absl::StrCat(
      "INSERT INTO layers (layer_key, generation, token, build_id, platform, module_ref, "
      "repository, manifest_digest, diff_ids, size, duration_us) VALUES (repeat('",
      key_digit, "', 64), ", generation,
      ", 1, '01ARZ3NDEKTSV4RRFFQ69G5FAV', 'linux/amd64', 'm@1.0.0', 'r/layers', "
      "'sha256:' || repeat('0', 64), '{a}', 0, 0)");
}

constexpr char kBuild[] = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
constexpr char kOtherBuild[] = "01ARZ3NDEKTSV4RRFFQ69G5FAW";

class Seeded {
 public:
  Seeded() {
    Do("lif_publisher", kSeed);
    Do("lif_executor", RecordSql(kBuild, 1));
  }
  absl::Status Try(const std::string& role, const std::string& sql) {
    auto pool = database_.Pool(role);
    return pool->Transact("try", [&](SqlSession& session) { return session.ExecScript(sql); });
  }
  void Do(const std::string& role, const std::string& sql) {
    absl::Status status = Try(role, sql);
    INFO(status.ToString());
    REQUIRE(status.ok());
  }
  void Refused(const std::string& role, const std::string& sql) {
    absl::Status status = Try(role, sql);
    INFO(role << ": " << sql << " → " << status.ToString());
    CHECK(status.code() == absl::StatusCode::kPermissionDenied);
  }

 private:
  TestDatabase database_;
};

const std::vector<std::string>& AllTables() {
  static const std::vector<std::string> tables = {
      "bases",     "base_platforms", "modules",       "templates",
      "manifests", "records",        "record_layers", "tests",
      "artifacts", "packages",       "layers",        "schema_migrations"};
  return tables;
}

TEST_CASE("the control plane reads everything and writes nothing") {
  Seeded seeded;
  const std::string role = "lif_controlplane";
  for (const std::string& table : AllTables()) {
    seeded.Do(role, "SELECT count(*) FROM " + table);
    seeded.Refused(role, "DELETE FROM " + table);
    seeded.Refused(role, "TRUNCATE " + table);
    seeded.Refused(role, "DROP TABLE " + table);
    seeded.Refused(role, "ALTER TABLE " + table + " DISABLE TRIGGER ALL");
  }
  seeded.Do(role, "SELECT count(*) FROM effective_records");
  seeded.Refused(role, RecordSql(kOtherBuild, 2));
  seeded.Refused(role, LayerSql("2", 1));
  seeded.Refused(role, "UPDATE layers SET manifest_digest = 'sha256:' || repeat('1', 64)");
  seeded.Refused(role, "UPDATE manifests SET summary = 'mine'");
  seeded.Refused(role, "INSERT INTO bases SELECT * FROM bases");
  seeded.Refused(role, "CREATE TABLE mine (a int)");
  seeded.Refused(role, "CREATE SCHEMA mine");
  seeded.Refused(role, "CREATE TEMPORARY TABLE mine (a int)");
  seeded.Refused(role, "SELECT lo_create(0)");
  seeded.Refused(role, "COPY manifests TO PROGRAM 'cat'");
  seeded.Refused(role, "SELECT pg_read_file('/etc/passwd')");
  seeded.Refused(role, "SET ROLE lif_owner");
  seeded.Refused(role, "CREATE ROLE mine");
}

TEST_CASE("a session of the control plane that turns read-only off is refused all the same") {
  Seeded seeded;
  const std::string off = "SET LOCAL transaction_read_only = off; ";
  seeded.Refused("lif_controlplane", off + RecordSql(kOtherBuild, 2));
  seeded.Refused("lif_controlplane", off + "UPDATE manifests SET summary = 'mine'");
  seeded.Refused("lif_controlplane", off + "TRUNCATE records");
  seeded.Refused("lif_controlplane", off + "CREATE TABLE mine (a int)");
  seeded.Refused("lif_controlplane", off + "CREATE TEMPORARY TABLE mine (a int)");
  seeded.Refused("lif_controlplane", off + "SELECT lo_create(0)");
}

TEST_CASE("the executor adds results and touches no catalog") {
  Seeded seeded;
  const std::string role = "lif_executor";
  for (const std::string& table : AllTables()) {
    seeded.Do(role, "SELECT count(*) FROM " + table);
    seeded.Refused(role, "DELETE FROM " + table);
    seeded.Refused(role, "TRUNCATE " + table);
  }
  seeded.Refused(role, "INSERT INTO bases SELECT * FROM bases");
  seeded.Refused(role, "INSERT INTO manifests SELECT * FROM manifests");
  seeded.Refused(role, "UPDATE manifests SET summary = 'mine'");
  seeded.Refused(role, "UPDATE records SET outcome = 'compatible'");
  seeded.Refused(role, "UPDATE layers SET size = 0");
  seeded.Refused(role, "CREATE TABLE mine (a int)");
  seeded.Do(role, RecordSql(kOtherBuild, 2));
  seeded.Do(role, LayerSql("2", 1));
}

TEST_CASE("the publisher adds to the catalog and changes no published row") {
  Seeded seeded;
  const std::string role = "lif_publisher";
  for (const std::string table : {"bases", "base_platforms", "modules", "templates", "manifests"}) {
    seeded.Refused(role, absl::StrCat("UPDATE ", table, " SET document = 'x'"));
    seeded.Refused(role, absl::StrCat("DELETE FROM ", table));
    seeded.Refused(role, absl::StrCat("TRUNCATE ", table, " CASCADE"));
  }
  seeded.Refused(role, "SELECT count(*) FROM records");
  seeded.Refused(role, "SELECT count(*) FROM layers");
  seeded.Refused(role, RecordSql(kOtherBuild, 2));
  seeded.Refused(role, LayerSql("2", 1));
  seeded.Refused(role, "CREATE TABLE mine (a int)");
}

TEST_CASE("the janitor reads and does no more yet") {
  Seeded seeded;
  seeded.Do("lif_janitor", "SELECT count(*) FROM artifacts");
  seeded.Refused("lif_janitor", "DELETE FROM records");
  seeded.Refused("lif_janitor", "DELETE FROM layers");
  seeded.Refused("lif_janitor", LayerSql("2", 1));
  seeded.Refused("lif_janitor", "TRUNCATE packages");
  seeded.Refused("lif_janitor", "CREATE TABLE mine (a int)");
}

TEST_CASE("even the owner's slip is refused, with what to do instead") {
  Seeded seeded;
  for (const std::string table :
       {"bases", "base_platforms", "modules", "templates", "manifests", "records", "record_layers",
        "tests", "artifacts", "packages", "layers"}) {
    for (const std::string& sql :
         {absl::StrCat("DELETE FROM ", table), absl::StrCat("TRUNCATE ", table, " CASCADE")}) {
      absl::Status status = seeded.Try("lif_owner", sql);
      INFO(sql << " → " << status.ToString());
      CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
      CHECK(std::string(status.message()).find("are never changed or removed") !=
            std::string::npos);
    }
  }
  absl::Status update = seeded.Try("lif_owner", "UPDATE manifests SET summary = 'x'");
  CHECK(
      std::string(update.message()) ==
      "cannot try: rows of manifests are never changed or removed: UPDATE is refused; publish the "
      "change as a new manifest ID");
}

TEST_CASE("a row that contradicts its own digest can't be inserted") {
  Seeded seeded;
  absl::Status status = seeded.Try(
      "lif_publisher",
      "INSERT INTO bases VALUES ('c', '{}', repeat('0', 64), '{\"a\":1}', repeat('0', 64))");
  CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("a manifest can't name what is not published") {
  Seeded seeded;
  const std::string row =
      "INSERT INTO manifests VALUES ('bad', '', '%', 'b', '{m@1.0.0,m@9.9.9}', '{m}', '{}', '{}', "
      "repeat('0', 64), '{}', encode(sha256('{}'), 'hex'))";
  absl::Status module =
      seeded.Try("lif_publisher", std::string(row).replace(row.find('%'), 1, "t@1.0.0"));
  CHECK(module.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(std::string(module.message()).find("m@9.9.9") != std::string::npos);
  CHECK_FALSE(
      seeded.Try("lif_publisher", std::string(row).replace(row.find('%'), 1, "t@2.0.0")).ok());
}

TEST_CASE("nothing is added to a record once it is committed") {
  Seeded seeded;
  const std::string part =
      absl::StrCat("INSERT INTO tests VALUES ('%', 0, 'forged', '', true, 0, '', 0)");
  std::string forged = part;
  forged.replace(forged.find('%'), 1, kBuild);
  absl::Status status = seeded.Try("lif_executor", forged);
  CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(std::string(status.message()).find("is committed: nothing is added") != std::string::npos);

  std::string with = part;
  with.replace(with.find('%'), 1, kOtherBuild);
  seeded.Do("lif_executor", RecordSql(kOtherBuild, 2) + ";" + with);
}

TEST_CASE("one generation of a layer key has one row in the ledger") {
  Seeded seeded;
  seeded.Do("lif_executor", LayerSql("2", 1));
  CHECK(seeded.Try("lif_executor", LayerSql("2", 1)).code() == absl::StatusCode::kAlreadyExists);
  seeded.Do("lif_executor", LayerSql("2", 2));
}

TEST_CASE("a layer without diffIDs can't be inserted") {
  Seeded seeded;
  std::string bare = LayerSql("2", 1);
  bare.replace(bare.find("{a}"), 3, "{}");
  CHECK(seeded.Try("lif_executor", bare).code() == absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("one generation of a build key has one record") {
  Seeded seeded;
  CHECK(seeded.Try("lif_executor", RecordSql(kOtherBuild, 1)).code() ==
        absl::StatusCode::kAlreadyExists);
}

}  // namespace
}  // namespace lif
