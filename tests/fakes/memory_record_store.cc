#include "tests/fakes/memory_record_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace lif {
namespace {

bool CanBeEffective(Outcome outcome) {
  return outcome == Outcome::kCompatible || outcome == Outcome::kIncompatible ||
         outcome == Outcome::kFailed;
}

RecordHead HeadOf(const Record& record) {
  const bool ran = record.started != absl::InfinitePast();
  return {record.build_id,   record.build_key,
          record.generation, record.outcome,
          record.finished,   ran ? record.finished - record.started : absl::ZeroDuration()};
}

bool HasModule(const Record& record, const std::string& module) {
  return std::any_of(record.layers.begin(), record.layers.end(), [&](const RecordLayer& layer) {
    return layer.module_ref == module ||
           layer.module_ref.substr(0, layer.module_ref.find('@')) == module;
  });
}

}  // namespace

void MemoryRecordStore::SetAway(absl::Status status) {
  MutexLock lock(&mutex_);
  away_ = std::move(status);
}

int MemoryRecordStore::lookups() const {
  MutexLock lock(&mutex_);
  return lookups_;
}

std::vector<Package> MemoryRecordStore::PackagesOf(const std::string& build_id) const {
  MutexLock lock(&mutex_);
  const auto found = records_.find(build_id);
  return found == records_.end() ? std::vector<Package>() : found->second.packages;
}

absl::StatusOr<std::vector<KeyHistory>> MemoryRecordStore::LookUp(
    const std::vector<std::string>& build_keys) {
  MutexLock lock(&mutex_);
  ++lookups_;
  if (!away_.ok()) return away_;
  std::vector<KeyHistory> found;
  for (const std::string& key : build_keys) {
    KeyHistory history;
    history.build_key = key;
    for (auto it = by_key_.lower_bound({key, 0}); it != by_key_.end() && it->first.first == key;
         ++it) {
      const Record& record = records_.at(it->second);
      history.newest_generation = record.generation;
      history.newest = HeadOf(record);
      if (CanBeEffective(record.outcome)) history.effective = HeadOf(record);
    }
    if (history.newest) found.push_back(std::move(history));
  }
  return found;
}

absl::StatusOr<Record> MemoryRecordStore::GetRecord(const std::string& build_id) {
  MutexLock lock(&mutex_);
  if (!away_.ok()) return away_;
  const auto found = records_.find(build_id);
  if (found == records_.end()) {
    return absl::NotFoundError(absl::StrCat("no record of build ", build_id));
  }
  Record record = found->second;
  record.packages.clear();
  return record;
}

absl::StatusOr<Record> MemoryRecordStore::GetRecordOf(const std::string& build_key,
                                                      int64_t generation) {
  MutexLock lock(&mutex_);
  if (!away_.ok()) return away_;
  const auto found = by_key_.find({build_key, generation});
  if (found == by_key_.end()) {
    return absl::NotFoundError(
        absl::StrCat("no record of generation ", generation, " of build key ", build_key));
  }
  Record record = records_.at(found->second);
  record.packages.clear();
  return record;
}

bool MemoryRecordStore::IsEffective(const Record& record) const {
  if (!CanBeEffective(record.outcome)) return false;
  for (auto it = by_key_.upper_bound({record.build_key, record.generation});
       it != by_key_.end() && it->first.first == record.build_key; ++it) {
    if (CanBeEffective(records_.at(it->second).outcome)) return false;
  }
  return true;
}

absl::StatusOr<std::vector<Record>> MemoryRecordStore::ListRecords(const RecordFilter& filter) {
  MutexLock lock(&mutex_);
  if (!away_.ok()) return away_;
  std::vector<Record> page;
  for (auto it = records_.rbegin(); it != records_.rend(); ++it) {
    const Record& record = it->second;
    if (static_cast<int>(page.size()) == filter.limit) break;
    if (filter.kind && record.kind != *filter.kind) continue;
    if (!filter.before_build_id.empty() && record.build_id >= filter.before_build_id) continue;
    if (!filter.manifest_id.empty() && record.manifest_id != filter.manifest_id) continue;
    if (!filter.platform.empty() && record.platform != filter.platform) continue;
    if (filter.outcome && record.outcome != *filter.outcome) continue;
    if (!filter.module.empty() && !HasModule(record, filter.module)) continue;
    if (filter.effective_only && !IsEffective(record)) continue;
    page.push_back(record);
    page.back().layers.clear();
    page.back().tests.clear();
    page.back().artifacts.clear();
    page.back().packages.clear();
  }
  return page;
}

absl::StatusOr<CommitResult> MemoryRecordStore::Commit(const Record& record) {
  MutexLock lock(&mutex_);
  if (!away_.ok()) return away_;
  if (!by_key_.emplace(std::make_pair(record.build_key, record.generation), record.build_id)
           .second) {
    return CommitResult::kExists;
  }
  records_[record.build_id] = record;
  return CommitResult::kCommitted;
}

absl::Status MemoryRecordStore::WithLock(const std::string& name, absl::Duration,
                                         const std::function<absl::Status()>& action) {
  {
    MutexLock lock(&mutex_);
    if (!away_.ok()) return away_;
    if (locked_[name]) return absl::DeadlineExceededError(absl::StrCat(name, " is locked"));
    locked_[name] = true;
  }
  const absl::Status status = action();
  MutexLock lock(&mutex_);
  locked_[name] = false;
  return status;
}

}  // namespace lif
