// Where local builds leave what came of them:
//   <root>/<build ID>/record.json, evidence.log, build.log, Dockerfile, sbom.spdx.json,
//                     error-<build ID>.json
// They are not compatibility records: no other build is ever answered by them.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "common/blobs/blob_store.h"
#include "common/records/record_store.h"

namespace lif {

// Thread-safe. Reads know the record of this process' build alone. `blobs` must outlive it.
class LocalRecordStore final : public RecordReader, public RecordWriter, public FleetLock {
 public:
  LocalRecordStore(std::string root, BlobStore& blobs) : root_(std::move(root)), blobs_(blobs) {}

  // What was committed, if anything was.
  std::optional<Record> committed() const;
  std::string DirectoryOf(const std::string& build_id) const { return root_ + "/" + build_id; }
  // Removes all but the newest `keep` builds' files; answers whose.
  absl::StatusOr<std::vector<std::string>> Prune(size_t keep);

  absl::StatusOr<std::vector<KeyHistory>> LookUp(
      const std::vector<std::string>& build_keys) override;
  absl::StatusOr<Record> GetRecord(const std::string& build_id) override;
  absl::StatusOr<Record> GetRecordOf(const std::string& build_key, int64_t generation) override;
  absl::StatusOr<std::vector<Record>> ListRecords(const RecordFilter& filter) override;
  absl::StatusOr<CommitResult> Commit(const Record& record) override;
  // The state directory is this process' alone already.
  absl::Status WithLock(const std::string&, absl::Duration,
                        const std::function<absl::Status()>& action) override {
    return action();
  }

 private:
  const std::string root_;
  BlobStore& blobs_;
  mutable std::mutex mutex_;
  std::optional<Record> committed_;
};

}  // namespace lif
