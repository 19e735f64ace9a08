#include "tests/fakes/memory_blob_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/file_util.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

constexpr uint64_t kMaxFile = uint64_t{64} << 20;
constexpr size_t kPiece = size_t{1} << 20;

absl::Status Damaged(const std::string& sha256) {
  return absl::DataLossError(absl::StrCat("blob ", sha256, " does not have its digest"));
}

}  // namespace

void MemoryBlobStore::SetAway(absl::Status status) {
  MutexLock lock(&mutex_);
  away_ = std::move(status);
}

void MemoryBlobStore::Damage(const std::string& sha256, std::string bytes) {
  MutexLock lock(&mutex_);
  blobs_[sha256] = std::move(bytes);
}

absl::StatusOr<std::string> MemoryBlobStore::Put(std::string_view bytes) {
  const std::string sha256 = Sha256Hex(bytes);
  MutexLock lock(&mutex_);
  if (!away_.ok()) return away_;
  blobs_.emplace(sha256, bytes);
  return sha256;
}

absl::StatusOr<std::string> MemoryBlobStore::PutFile(const std::string& path) {
  LIF_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, kMaxFile));
  return Put(bytes);
}

absl::StatusOr<std::string> MemoryBlobStore::Find(const std::string& sha256) {
  MutexLock lock(&mutex_);
  if (!away_.ok()) return away_;
  const auto found = blobs_.find(sha256);
  if (found == blobs_.end()) return absl::NotFoundError(absl::StrCat("no blob ", sha256));
  return found->second;
}

absl::StatusOr<std::string> MemoryBlobStore::Get(const std::string& sha256, uint64_t limit) {
  LIF_ASSIGN_OR_RETURN(std::string bytes, Find(sha256));
  if (bytes.size() > limit) {
    return absl::ResourceExhaustedError(absl::StrCat("blob ", sha256, " is over ", limit));
  }
  if (Sha256Hex(bytes) != sha256) return Damaged(sha256);
  return bytes;
}

absl::Status MemoryBlobStore::Read(const std::string& sha256,
                                   const std::function<bool(std::string_view)>& sink) {
  LIF_ASSIGN_OR_RETURN(const std::string bytes, Find(sha256));
  for (size_t at = 0; at < bytes.size(); at += kPiece) {
    if (!sink(std::string_view(bytes).substr(at, kPiece))) return absl::OkStatus();
  }
  return Sha256Hex(bytes) == sha256 ? absl::OkStatus() : Damaged(sha256);
}

absl::StatusOr<uint64_t> MemoryBlobStore::Size(const std::string& sha256) {
  LIF_ASSIGN_OR_RETURN(const std::string bytes, Find(sha256));
  return bytes.size();
}

}  // namespace lif
