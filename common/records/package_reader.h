// The packages that a build's image holds, as its SBOM lists them. Implementations:
// PostgresPackageReader; tests/fakes/memory_record_store.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/sbom/package.h"

namespace lif {

// Of one build. A large image holds a few thousand.
inline constexpr size_t kMaxPackagesRead = 100'000;

// Thread-safe; calls block with a deadline. UNAVAILABLE when the store is away.
class PackageReader {
 public:
  virtual ~PackageReader() = default;
  // By type, name, version and architecture, ascending; empty for a build without a package list,
  // and for one that is not recorded. RESOURCE_EXHAUSTED over kMaxPackagesRead.
  virtual absl::StatusOr<std::vector<Package>> PackagesOf(const std::string& build_id) = 0;
};

}  // namespace lif
