#include "executor/local/local_blob_store.h"

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/file_util.h"
#include "common/base/status_macros.h"

namespace lif {

LocalBlobStore::LocalBlobStore(const std::vector<CatalogBlob>& files, std::string root)
    : rest_(std::move(root)) {
  for (const CatalogBlob& file : files) files_[file.sha256] = file;
}

const CatalogBlob* LocalBlobStore::Find(const std::string& sha256) const {
  const auto found = files_.find(sha256);
  return found == files_.end() ? nullptr : &found->second;
}

absl::StatusOr<std::string> LocalBlobStore::Get(const std::string& sha256, uint64_t limit) {
  const CatalogBlob* file = Find(sha256);
  if (file == nullptr) return rest_.Get(sha256, limit);
  absl::StatusOr<std::string> bytes = ReadFile(file->path, limit);
  if (bytes.ok() && Sha256Hex(*bytes) == sha256) return bytes;
  return absl::DataLossError(
      absl::StrCat(file->path, " was changed while the build was running; build again"));
}

absl::Status LocalBlobStore::Read(const std::string& sha256,
                                  const std::function<bool(std::string_view)>& sink) {
  const CatalogBlob* file = Find(sha256);
  if (file == nullptr) return rest_.Read(sha256, sink);
  LIF_ASSIGN_OR_RETURN(const std::string bytes, Get(sha256, file->size));
  constexpr size_t kPiece = 1 << 20;
  for (size_t from = 0; from < bytes.size(); from += kPiece) {
    if (!sink(std::string_view(bytes).substr(from, kPiece))) break;
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> LocalBlobStore::Size(const std::string& sha256) {
  const CatalogBlob* file = Find(sha256);
  if (file != nullptr) return file->size;
  return rest_.Size(sha256);
}

}  // namespace lif
