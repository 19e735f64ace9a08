// Blobs in memory, with the behaviour of FileBlobStore.
#pragma once

#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"
#include "common/blobs/blob_store.h"

namespace lif {

// Thread-safe.
class MemoryBlobStore final : public BlobStore {
 public:
  // While not OK, every call answers it: the store is away.
  void SetAway(absl::Status status);
  // Changes stored bytes behind their digest, as a broken disk would.
  void Damage(const std::string& sha256, std::string bytes);

  absl::StatusOr<std::string> Put(std::string_view bytes) override;
  absl::StatusOr<std::string> PutFile(const std::string& path) override;
  absl::StatusOr<std::string> Get(const std::string& sha256, uint64_t limit) override;
  absl::Status Read(const std::string& sha256,
                    const std::function<bool(std::string_view)>& sink) override;
  absl::StatusOr<uint64_t> Size(const std::string& sha256) override;

 private:
  absl::StatusOr<std::string> Find(const std::string& sha256);

  Mutex mutex_;
  absl::Status away_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string> blobs_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace lif
