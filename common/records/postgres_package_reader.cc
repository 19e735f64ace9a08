#include "common/records/postgres_package_reader.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

constexpr char kPackages[] = R"sql(
SELECT type, name, version, arch, purl
  FROM packages
 WHERE build_id = $1
 ORDER BY type COLLATE "C", name COLLATE "C", version COLLATE "C", arch COLLATE "C"
 LIMIT $2::integer
)sql";

}  // namespace

absl::StatusOr<std::vector<Package>> PostgresPackageReader::PackagesOf(
    const std::string& build_id) {
  LIF_ASSIGN_OR_RETURN(SqlRows rows,
                       pool_.Query(absl::StrCat("read the packages of build ", build_id), kPackages,
                                   SqlParams().Add(build_id).AddInt(kMaxPackagesRead + 1)));
  if (static_cast<size_t>(rows.size()) > kMaxPackagesRead) {
    return absl::ResourceExhaustedError(absl::StrCat("build ", build_id, " has more than ",
                                                     kMaxPackagesRead, " packages: see its SBOM"));
  }
  std::vector<Package> packages;
  packages.reserve(rows.size());
  for (int row = 0; row < rows.size(); ++row) {
    packages.push_back({rows.Text(row, 0), rows.Text(row, 1), rows.Text(row, 2), rows.Text(row, 3),
                        rows.Text(row, 4)});
  }
  return packages;
}

}  // namespace lif
