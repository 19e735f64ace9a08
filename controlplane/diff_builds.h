// The use case behind DiffBuilds: what differs between two manifests or two builds.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/records/package_reader.h"
#include "common/records/record_store.h"
#include "controlplane/manifest_cache.h"

namespace lif {

// One of the two is set.
struct DiffSideQuery {
  std::string manifest_id;
  std::string build_id;  // ULID of a build that is over
};

struct DiffQuery {
  DiffSideQuery a;
  DiffSideQuery b;
  std::string platform;  // "" to choose one that both sides have
};

enum class Change { kAdded, kRemoved, kChanged };

struct DiffItem {
  std::string what;  // as DiffEntry.what of the API
  std::string name;
  Change change = Change::kChanged;
  std::string a;  // "" on the side that lacks it
  std::string b;
};

struct ComparedSide {
  std::string manifest_id;
  std::string platform;
  std::string build_id;  // whose packages were compared; "" when nothing is recorded
};

struct BuildDiff {
  ComparedSide a;
  ComparedSide b;
  std::vector<DiffItem> items;  // by `what`, then bottom first or by name
  // Layers on the base; `shared_layers` of them, from the base up, are the same.
  int shared_layers = 0;
  int layers_a = 0;
  int layers_b = 0;
  int shared_packages = 0;
  std::vector<std::string> notes;  // what could not be compared, and why
};

inline constexpr size_t kMaxDiffItems = 20'000;

// Thread-safe; blocks on I/O.
class DiffBuilds {
 public:
  struct Seams {
    ManifestCache& manifests;
    RecordReader& records;
    PackageReader& packages;
  };
  // The seams must outlive it.
  explicit DiffBuilds(Seams seams) : seams_(seams) {}

  // NOT_FOUND for a manifest (with near matches) or a record; INVALID_ARGUMENT for a platform that
  // contradicts a build's; FAILED_PRECONDITION when a manifest does not offer the platform, or the
  // two have none in common.
  absl::StatusOr<BuildDiff> Run(const DiffQuery& query) const;

 private:
  Seams seams_;
};

}  // namespace lif
