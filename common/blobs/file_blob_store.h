// BlobStore in a directory that the whole fleet mounts: <root>/sha256/ab/<64 hex>.
#pragma once

#include <string>

#include "common/blobs/blob_store.h"

namespace lif {

// Thread-safe, also among processes and hosts: a blob is written under a name of its own in
// <root>/tmp, synced, and renamed into place, so that it is there whole or not at all.
// `root` must exist: a mount that is missing must not turn into a local directory (UNAVAILABLE).
class FileBlobStore final : public BlobStore {
 public:
  explicit FileBlobStore(std::string root);

  absl::StatusOr<std::string> Put(std::string_view bytes) override;
  absl::StatusOr<std::string> PutFile(const std::string& path) override;
  absl::StatusOr<std::string> Get(const std::string& sha256, uint64_t limit) override;
  absl::Status Read(const std::string& sha256,
                    const std::function<bool(std::string_view)>& sink) override;
  absl::StatusOr<uint64_t> Size(const std::string& sha256) override;

 private:
  std::string PathOf(const std::string& sha256) const;
  absl::Status NotThere(const std::string& sha256) const;
  absl::StatusOr<std::string> NewTemporary();
  // Moves a finished temporary file into its place; removes it when that can't be.
  absl::Status Place(const std::string& temporary, const std::string& sha256);

  const std::string root_;
};

}  // namespace lif
