#include "executor/index_history.h"

#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "common/plan/planner.h"

namespace lif {
namespace {

constexpr int kMaxImages = 16;
constexpr int kMaxIndexes = 4096;

// The images of one platform, newest first.
absl::StatusOr<std::vector<std::string>> ImagesOf(const Services& services,
                                                  const std::string& manifest_id,
                                                  const Platform& platform) {
  RecordFilter filter;
  filter.manifest_id = manifest_id;
  filter.platform = platform.ToString();
  filter.outcome = Outcome::kCompatible;
  filter.limit = kMaxImages;
  LIF_ASSIGN_OR_RETURN(const std::vector<Record> records, services.records.ListRecords(filter));
  std::vector<std::string> digests;
  for (const Record& record : records) {
    const size_t at = record.image.find('@');
    if (at != std::string::npos) digests.push_back(record.image.substr(at + 1));
  }
  return digests;
}

}  // namespace

absl::StatusOr<bool> NamesEarlierImages(const Services& services, const ResolvedManifest& manifest,
                                        const std::string& key) {
  std::vector<IndexToPlan> indexes(1);
  indexes.front().manifest_id = manifest.manifest.id;
  for (const Platform& platform : OfferedPlatforms(manifest)) {
    LIF_ASSIGN_OR_RETURN(const std::vector<std::string> digests,
                         ImagesOf(services, manifest.manifest.id, platform));
    std::vector<IndexToPlan> longer;
    for (const IndexToPlan& index : indexes) {
      for (const std::string& digest : digests) {
        if (longer.size() == kMaxIndexes) break;
        longer.push_back(index);
        longer.back().images[platform] = digest;
      }
    }
    indexes = std::move(longer);
  }
  for (const IndexToPlan& index : indexes) {
    if (!index.images.empty() && IndexJobSpec(index, 1).key == key) return true;
  }
  return false;
}

}  // namespace lif
