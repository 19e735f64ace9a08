#include "deploy/migrate/migrations.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "common/base/digest.h"
#include "deploy/migrate/roles.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

namespace fs = std::filesystem;

class Directory {
 public:
  Directory() {
    std::string pattern = (fs::temp_directory_path() / "lif-migrations-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Directory() { fs::remove_all(path_); }
  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(path_ / name) << text;
    return (path_ / name).string();
  }
  std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

TEST_CASE("migrations are read in order, with their digests") {
  Directory directory;
  directory.Write("002_b.sql", "B");
  directory.Write("001_a.sql", "A");
  directory.Write("README.md", "not SQL");
  auto read = ReadMigrations(directory.path());
  REQUIRE(read.ok());
  REQUIRE(read->size() == 2);
  CHECK((*read)[0].version == 1);
  CHECK((*read)[0].name == "001_a.sql");
  CHECK((*read)[1].sql == "B");
  CHECK((*read)[1].sha256 == Sha256Hex("B"));
}

TEST_CASE("gaps, duplicates, other names and empty directories are refused") {
  Directory gap;
  gap.Write("001_a.sql", "");
  gap.Write("003_c.sql", "");
  CHECK(ReadMigrations(gap.path()).status().code() == absl::StatusCode::kInvalidArgument);
  Directory twice;
  twice.Write("001_a.sql", "");
  twice.Write("001_b.sql", "");
  CHECK_FALSE(ReadMigrations(twice.path()).ok());
  Directory named;
  named.Write("first.sql", "");
  CHECK_FALSE(ReadMigrations(named.path()).ok());
  Directory empty;
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
  Directory directory;
  const std::string file =
      directory.Write("passwords", "# roles\nlif_owner=one\nlif_executor=with=equals\n\n");
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

  const std::string wrong = directory.Write("wrong", "lif_owner=ok\nroot=hush\n");
  fs::permissions(wrong, fs::perms::owner_read);
  auto refused = ReadPasswords(wrong);
  REQUIRE_FALSE(refused.ok());
  CHECK(std::string(refused.status().message()).find(":2:") != std::string::npos);
  CHECK(std::string(refused.status().message()).find("hush") == std::string::npos);
}

}  // namespace
}  // namespace lif
