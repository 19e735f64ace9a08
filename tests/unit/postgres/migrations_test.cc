#include "deploy/migrate/migrations.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "common/base/digest.h"
#include "deploy/migrate/roles.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"

namespace lif {
namespace {

namespace fs = std::filesystem;

std::string Write(const TemporaryDirectory& directory, const std::string& name,
                  const std::string& text) {
  const std::string path = directory.path() + "/" + name;
  std::ofstream(path) << text;
  return path;
}

TEST_CASE("migrations are read in order, with their digests") {
  TemporaryDirectory directory;
  Write(directory, "002_b.sql", "B");
  Write(directory, "001_a.sql", "A");
  Write(directory, "README.md", "not SQL");
  auto read = ReadMigrations(directory.path());
  REQUIRE(read.ok());
  REQUIRE(read->size() == 2);
  CHECK((*read)[0].version == 1);
  CHECK((*read)[0].name == "001_a.sql");
  CHECK((*read)[1].sql == "B");
  CHECK((*read)[1].sha256 == Sha256Hex("B"));
}

TEST_CASE("gaps, duplicates, other names and empty directories are refused") {
  TemporaryDirectory gap;
  Write(gap, "001_a.sql", "");
  Write(gap, "003_c.sql", "");
  CHECK(ReadMigrations(gap.path()).status().code() == absl::StatusCode::kInvalidArgument);
  TemporaryDirectory twice;
  Write(twice, "001_a.sql", "");
  Write(twice, "001_b.sql", "");
  CHECK_FALSE(ReadMigrations(twice.path()).ok());
  TemporaryDirectory named;
  Write(named, "first.sql", "");
  CHECK_FALSE(ReadMigrations(named.path()).ok());
  TemporaryDirectory empty;
  CHECK_FALSE(ReadMigrations(empty.path()).ok());
  CHECK(ReadMigrations("/nowhere").status().code() == absl::StatusCode::kNotFound);
}

TEST_CASE("what is pending follows from what is applied") {
  const std::vector<Migration> all = {{1, "001_a.sql", "a", ""}, {2, "002_b.sql", "b", ""}};
  CHECK(PendingMigrations(all, {})->size() == 2);
  auto one = PendingMigrations(all, {{1, "001_a.sql", "a"}});
  REQUIRE(one.ok());
  REQUIRE(one->size() == 1);
  CHECK((*one)[0].version == 2);
  // A file may be renamed; its content may not change.
  CHECK(PendingMigrations(all, {{1, "001_old_name.sql", "a"}}).ok());
  CHECK_FALSE(PendingMigrations(all, {{1, "001_a.sql", "edited"}}).ok());
  CHECK_FALSE(
      PendingMigrations(all, {{1, "001_a.sql", "a"}, {2, "002_b.sql", "b"}, {3, "003_c.sql", "c"}})
          .ok());
}

TEST_CASE("passwords come from a private file, then from the environment") {
  TemporaryDirectory directory;
  const std::string file =
      Write(directory, "passwords", "# roles\nlif_owner=one\nlif_executor=with=equals\n\n");
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  auto passwords = ReadPasswords(file);
  REQUIRE(passwords.ok());
  AddPasswords(
      [](const std::string& name) {
        return name == "LIF_PASSWORD_OWNER"       ? "ignored"
               : name == "LIF_PASSWORD_PUBLISHER" ? "three"
                                                  : "";
      },
      *passwords);
  CHECK(*passwords == std::map<std::string, std::string>{{"lif_owner", "one"},
                                                         {"lif_executor", "with=equals"},
                                                         {"lif_publisher", "three"}});
  fs::permissions(file, fs::perms::group_read, fs::perm_options::add);
  CHECK(ReadPasswords(file).status().code() == absl::StatusCode::kPermissionDenied);

  const std::string wrong = Write(directory, "wrong", "lif_owner=ok\nroot=hush\n");
  fs::permissions(wrong, fs::perms::owner_read);
  auto refused = ReadPasswords(wrong);
  REQUIRE_FALSE(refused.ok());
  CHECK(std::string(refused.status().message()).find(":2:") != std::string::npos);
  CHECK(std::string(refused.status().message()).find("hush") == std::string::npos);
}

}  // namespace
}  // namespace lif
