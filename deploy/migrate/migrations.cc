#include "deploy/migrate/migrations.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/file_util.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

constexpr uint64_t kFileLimit = 1 << 20;

bool IsMigrationName(const std::string& name) {
  if (name.size() < 9 || !absl::EndsWith(name, ".sql") || name[3] != '_') return false;
  return std::all_of(name.begin(), name.begin() + 3,
                     [](unsigned char c) { return std::isdigit(c) != 0; });
}

absl::StatusOr<std::vector<std::string>> SqlFiles(const std::string& directory) {
  std::error_code error;
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (!absl::EndsWith(name, ".sql")) continue;
    if (!IsMigrationName(name)) {
      return absl::InvalidArgumentError(absl::StrCat(
          directory, "/", name, " is not named NNN_name.sql; rename it or move it away"));
    }
    names.push_back(std::move(name));
  }
  if (error) {
    return absl::NotFoundError(absl::StrCat("cannot read the migrations in ", directory, ": ",
                                            error.message(), "; name their directory with --dir"));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

absl::StatusOr<std::vector<Migration>> ReadMigrations(const std::string& directory) {
  LIF_ASSIGN_OR_RETURN(std::vector<std::string> names, SqlFiles(directory));
  if (names.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(directory, " holds no migration; name their directory with --dir"));
  }
  std::vector<Migration> migrations;
  for (const std::string& name : names) {
    Migration migration;
    if (!absl::SimpleAtoi(name.substr(0, 3), &migration.version) ||
        migration.version != static_cast<int>(migrations.size()) + 1) {
      return absl::InvalidArgumentError(absl::StrCat(directory, "/", name,
                                                     " is out of order: number ",
                                                     migrations.size() + 1, " was expected, once"));
    }
    migration.name = name;
    LIF_ASSIGN_OR_RETURN(migration.sql, ReadFile(directory + "/" + name, kFileLimit));
    migration.sha256 = Sha256Hex(migration.sql);
    migrations.push_back(std::move(migration));
  }
  return migrations;
}

absl::StatusOr<std::vector<Migration>> PendingMigrations(
    const std::vector<Migration>& all, const std::vector<AppliedMigration>& applied) {
  for (size_t i = 0; i < applied.size(); ++i) {
    if (i >= all.size()) {
      return absl::FailedPreconditionError(
          absl::StrCat("the database has migration ", applied[i].name,
                       ", which this release does not know; use the release that applied it, or a "
                       "newer one"));
    }
    if (applied[i].version != all[i].version || applied[i].sha256 != all[i].sha256) {
      return absl::FailedPreconditionError(absl::StrCat(
          "migration ", all[i].name, " is not what was applied as ", applied[i].name,
          ": applied migrations never change; restore the file and write a new migration"));
    }
  }
  return std::vector<Migration>(all.begin() + static_cast<std::ptrdiff_t>(applied.size()),
                                all.end());
}

}  // namespace lif
