// BlobStore of a local build: module files from the catalog's directory, all else in a directory of
// its own.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/blobs/file_blob_store.h"
#include "common/catalog/catalog_loader.h"

namespace lif {

// Thread-safe. A file of the catalog that was changed since it was read answers DATA_LOSS: what is
// built must be what the build's key says.
class LocalBlobStore final : public BlobStore {
 public:
  // `root` must exist.
  LocalBlobStore(const std::vector<CatalogBlob>& files, std::string root);

  absl::StatusOr<std::string> Put(std::string_view bytes) override { return rest_.Put(bytes); }
  absl::StatusOr<std::string> PutFile(const std::string& path) override {
    return rest_.PutFile(path);
  }
  absl::StatusOr<std::string> Get(const std::string& sha256, uint64_t limit) override;
  absl::Status Read(const std::string& sha256,
                    const std::function<bool(std::string_view)>& sink) override;
  absl::StatusOr<uint64_t> Size(const std::string& sha256) override;

 private:
  const CatalogBlob* Find(const std::string& sha256) const;

  std::map<std::string, CatalogBlob> files_;  // by sha256
  FileBlobStore rest_;
};

}  // namespace lif
