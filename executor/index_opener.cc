#include "executor/index_opener.h"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "common/plan/planner.h"
#include "executor/retry.h"

namespace lif {
namespace {

// nullopt when an index of these images has been made.
absl::StatusOr<std::optional<int64_t>> GenerationToMake(const Services& services,
                                                        const std::string& key) {
  LIF_ASSIGN_OR_RETURN(const std::vector<KeyHistory> histories, services.records.LookUp({key}));
  if (histories.empty()) return std::optional<int64_t>(1);
  const KeyHistory& history = histories.front();
  if (history.effective.has_value()) return std::optional<int64_t>();
  return std::optional<int64_t>(history.newest_generation + 1);
}

absl::Status Submit(const Services& services, const Record& record, const IndexToPlan& index) {
  const std::string key = IndexJobSpec(index, 1).key;
  LIF_ASSIGN_OR_RETURN(const std::optional<int64_t> generation, GenerationToMake(services, key));
  if (!generation.has_value()) return absl::OkStatus();
  SubmitRequest request;
  request.request_id = NewUlid(services.clock.Now());
  request.tenant = record.tenant;
  request.jobs = {IndexJobSpec(index, *generation)};
  request.jobs.front().build_id = NewUlid(services.clock.Now());
  LIF_RETURN_IF_ERROR(services.jobs->Submit(request).status());
  services.logger.Info("all platforms have an image: index wanted",
                       {{"manifest_id", index.manifest_id}, {"build_id", record.build_id}});
  return absl::OkStatus();
}

absl::Status TryOpen(const Services& services, const Record& record) {
  LIF_ASSIGN_OR_RETURN(const ResolvedManifest manifest,
                       services.catalog.GetManifest(record.manifest_id));
  if (OfferedPlatforms(manifest).size() < 2) return absl::OkStatus();
  LIF_ASSIGN_OR_RETURN(const IndexToPlan index, ImagesToJoin(services, manifest));
  const bool whole = std::all_of(index.images.begin(), index.images.end(),
                                 [](const auto& image) { return !image.second.empty(); });
  return whole ? Submit(services, record, index) : absl::OkStatus();
}

}  // namespace

absl::StatusOr<IndexToPlan> ImagesToJoin(const Services& services,
                                         const ResolvedManifest& manifest) {
  IndexToPlan index;
  index.manifest_id = manifest.manifest.id;
  std::map<std::string, Platform> platforms;  // by build key
  std::vector<std::string> keys;
  for (const Platform& platform : OfferedPlatforms(manifest)) {
    LIF_ASSIGN_OR_RETURN(const BuildIdentity identity,
                         ComputeIdentity(manifest, platform, services.identity.recipe));
    index.images[platform] = "";
    platforms.emplace(identity.build_key, platform);
    keys.push_back(identity.build_key);
  }
  LIF_ASSIGN_OR_RETURN(const std::vector<KeyHistory> histories, services.records.LookUp(keys));
  for (const KeyHistory& history : histories) {
    if (!history.effective.has_value()) continue;
    if (history.effective->outcome != Outcome::kCompatible) continue;
    LIF_ASSIGN_OR_RETURN(const Record record,
                         services.records.GetRecord(history.effective->build_id));
    const size_t at = record.image.find('@');
    if (at == std::string::npos) continue;
    index.images[platforms.at(history.build_key)] = record.image.substr(at + 1);
  }
  return index;
}

absl::Status OpenIndex(const Services& services, const Record& record) {
  const bool image = record.kind == JobKind::kImage && record.outcome == Outcome::kCompatible;
  if (!image || services.jobs == nullptr) return absl::OkStatus();
  const absl::Status opened = TryOpen(services, record);
  // A full queue, or a quota, must not keep the image's own job.
  const bool waits = MayPass(opened) && !absl::IsResourceExhausted(opened);
  if (opened.ok() || waits) return opened;
  services.logger.Error("index not asked for",
                        {{"manifest_id", record.manifest_id}, {"error", opened}});
  return absl::OkStatus();
}

}  // namespace lif
