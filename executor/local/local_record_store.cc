#include "executor/local/local_record_store.h"

#include <algorithm>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/base/file_util.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "executor/local/message_json_internal.h"

namespace lif {
namespace {

// Evidence and logs are bounded by the executor at 64 MiB.
constexpr uint64_t kMaxArtifact = uint64_t{80} << 20;

std::string RecordFile(const Record& record) {
  nlohmann::ordered_json json = {{"local", true}};
  json.update(RecordJson(record));
  return JsonText(json, /*indented=*/true);
}

}  // namespace

std::optional<Record> LocalRecordStore::committed() const {
  const std::lock_guard lock(mutex_);
  return committed_;
}

absl::StatusOr<std::vector<std::string>> LocalRecordStore::Prune(size_t keep) {
  std::vector<std::string> builds;
  std::error_code error;
  for (std::filesystem::directory_iterator it(root_, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (IsUlid(name)) builds.push_back(name);
  }
  if (error) return absl::InternalError(absl::StrCat("can't read ", root_, ": ", error.message()));
  std::sort(builds.begin(), builds.end(), std::greater<>());  // ULIDs sort by time
  builds.erase(builds.begin(),
               builds.begin() + static_cast<std::ptrdiff_t>(std::min(keep, builds.size())));
  for (const std::string& build : builds) LIF_RETURN_IF_ERROR(RemoveTree(DirectoryOf(build)));
  return builds;
}

absl::StatusOr<std::vector<KeyHistory>> LocalRecordStore::LookUp(
    const std::vector<std::string>& build_keys) {
  const std::optional<Record> record = committed();
  std::vector<KeyHistory> found;
  if (!record.has_value()) return found;
  if (std::find(build_keys.begin(), build_keys.end(), record->build_key) == build_keys.end()) {
    return found;
  }
  KeyHistory history{record->build_key, record->generation, std::nullopt, std::nullopt};
  history.newest = RecordHead{record->build_id, record->build_key, record->generation,
                              record->outcome, record->finished};
  if (record->outcome != Outcome::kError && record->outcome != Outcome::kCancelled) {
    history.effective = history.newest;
  }
  found.push_back(std::move(history));
  return found;
}

absl::StatusOr<Record> LocalRecordStore::GetRecord(const std::string& build_id) {
  const std::optional<Record> record = committed();
  if (record.has_value() && record->build_id == build_id) return *record;
  return absl::NotFoundError(absl::StrCat("no record of build ", build_id));
}

absl::StatusOr<Record> LocalRecordStore::GetRecordOf(const std::string& build_key,
                                                     int64_t generation) {
  const std::optional<Record> record = committed();
  if (record.has_value() && record->build_key == build_key && record->generation == generation) {
    return *record;
  }
  return absl::NotFoundError(
      absl::StrCat("no record of generation ", generation, " of build key ", build_key));
}

absl::StatusOr<std::vector<Record>> LocalRecordStore::ListRecords(const RecordFilter& filter) {
  const std::optional<Record> record = committed();
  std::vector<Record> found;
  if (record.has_value() && record->manifest_id == filter.manifest_id &&
      record->platform == filter.platform &&
      (!filter.outcome.has_value() || record->outcome == *filter.outcome)) {
    found.push_back(*record);
  }
  return found;
}

absl::StatusOr<CommitResult> LocalRecordStore::Commit(const Record& record) {
  const std::string directory = DirectoryOf(record.build_id);
  LIF_RETURN_IF_ERROR(MakeDirectories(directory));
  for (const Artifact& artifact : record.artifacts) {
    LIF_ASSIGN_OR_RETURN(const std::string bytes, blobs_.Get(artifact.sha256, kMaxArtifact));
    LIF_RETURN_IF_ERROR(WriteFileAtomically(directory + "/" + artifact.name, bytes));
  }
  LIF_RETURN_IF_ERROR(WriteFileAtomically(directory + "/record.json", RecordFile(record)));
  const std::lock_guard lock(mutex_);
  committed_ = record;
  return CommitResult::kCommitted;
}

}  // namespace lif
