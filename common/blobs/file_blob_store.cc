#include "common/blobs/file_blob_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/digest.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "common/base/unique_fd.h"

namespace lif {
namespace {

constexpr size_t kPiece = 1 << 20;

absl::Status Problem(int error, std::string_view what, const std::string& path) {
  std::string message =
      absl::StrCat("cannot ", std::string(what), " ", path, ": ", std::strerror(error));
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return absl::ResourceExhaustedError(message + "; free space on the blob directory's disk");
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::PermissionDeniedError(message + "; let this user write the blob directory");
    default:
      // EIO, ESTALE and the like of a shared directory come and go.
      return absl::UnavailableError(message + "; try again when the blob directory is there");
  }
}

absl::Status WriteAll(const UniqueFd& file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Problem(errno, "write", path);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

// Calls `use` with each piece until it answers false.
absl::Status ReadPieces(const UniqueFd& file, const std::string& path,
                        const std::function<bool(std::string_view)>& use) {
  std::vector<char> buffer(kPiece);
  while (true) {
    ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Problem(errno, "read", path);
    if (got == 0 || !use({buffer.data(), static_cast<size_t>(got)})) return absl::OkStatus();
  }
}

absl::Status SyncDirectory(const std::string& path) {
  UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid() || ::fsync(directory.get()) != 0) return Problem(errno, "sync", path);
  return absl::OkStatus();
}

// A directory that this call made is synced in its parent, or the blobs in it could be lost.
absl::Status MakeDirectory(const std::string& parent, const std::string& name) {
  std::string path = parent + "/" + name;
  if (::mkdir(path.c_str(), 0755) == 0) return SyncDirectory(parent);
  return errno == EEXIST ? absl::OkStatus() : Problem(errno, "make the directory", path);
}

absl::Status Damaged(const std::string& sha256, const std::string& actual,
                     const std::string& path) {
  return absl::DataLossError(absl::StrCat("blob ", sha256, " is damaged: the bytes of ", path,
                                          " have digest ", actual,
                                          "; remove the file and store its content again"));
}

}  // namespace

FileBlobStore::FileBlobStore(std::string root) : root_(std::move(root)) {}

std::string FileBlobStore::PathOf(const std::string& sha256) const {
  return absl::StrCat(root_, "/sha256/", sha256.substr(0, 2), "/", sha256);
}

absl::Status FileBlobStore::NotThere(const std::string& sha256) const {
  // Also keeps what is no digest from becoming a path.
  if (!IsSha256Hex(sha256)) {
    return absl::InvalidArgumentError("a blob is named by 64 lower-case hexadecimal digits");
  }
  int error = errno;
  if (error != ENOENT) return Problem(error, "open", PathOf(sha256));
  struct stat info {};
  if (::stat(root_.c_str(), &info) != 0) return Problem(errno, "find the blob directory", root_);
  return absl::NotFoundError(absl::StrCat("no blob ", sha256, " in ", root_,
                                          "; is it the directory that the whole fleet shares?"));
}

absl::StatusOr<std::string> FileBlobStore::NewTemporary() {
  struct stat info {};
  if (::stat(root_.c_str(), &info) != 0) return Problem(errno, "find the blob directory", root_);
  LIF_RETURN_IF_ERROR(MakeDirectory(root_, "tmp"));
  // Unique among the hosts that share the directory, which a process ID is not.
  return absl::StrCat(root_, "/tmp/", NewUlid(absl::Now()));
}

absl::Status FileBlobStore::Place(const std::string& temporary, const std::string& sha256) {
  const std::string prefix = sha256.substr(0, 2);
  absl::Status status = MakeDirectory(root_, "sha256");
  if (status.ok()) status = MakeDirectory(root_ + "/sha256", prefix);
  if (status.ok() && ::rename(temporary.c_str(), PathOf(sha256).c_str()) != 0) {
    status = Problem(errno, "rename into", PathOf(sha256));
  }
  if (!status.ok()) {
    ::unlink(temporary.c_str());
    return status;
  }
  return SyncDirectory(absl::StrCat(root_, "/sha256/", prefix));
}

absl::StatusOr<std::string> FileBlobStore::Put(std::string_view bytes) {
  std::string sha256 = Sha256Hex(bytes);
  struct stat info {};
  if (::stat(PathOf(sha256).c_str(), &info) == 0 &&
      static_cast<uint64_t>(info.st_size) == bytes.size()) {
    return sha256;
  }
  LIF_ASSIGN_OR_RETURN(std::string temporary, NewTemporary());
  UniqueFd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444));
  if (!file.valid()) return Problem(errno, "create", temporary);
  absl::Status status = WriteAll(file, bytes, temporary);
  if (status.ok() && ::fsync(file.get()) != 0) status = Problem(errno, "sync", temporary);
  if (!status.ok()) {
    ::unlink(temporary.c_str());
    return status;
  }
  LIF_RETURN_IF_ERROR(Place(temporary, sha256));
  return sha256;
}

absl::StatusOr<std::string> FileBlobStore::PutFile(const std::string& path) {
  UniqueFd source(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!source.valid()) {
    return absl::NotFoundError(absl::StrCat("cannot open ", path, ": ", std::strerror(errno)));
  }
  LIF_ASSIGN_OR_RETURN(std::string temporary, NewTemporary());
  UniqueFd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444));
  if (!file.valid()) return Problem(errno, "create", temporary);
  // Copied while it is hashed: what is stored is what was hashed, even if the file changes now.
  Sha256Stream digest;
  absl::Status written;
  absl::Status status = ReadPieces(source, path, [&](std::string_view piece) {
    digest.Update(piece);
    written = WriteAll(file, piece, temporary);
    return written.ok();
  });
  if (status.ok()) status = written;
  if (status.ok() && ::fsync(file.get()) != 0) status = Problem(errno, "sync", temporary);
  if (!status.ok()) {
    ::unlink(temporary.c_str());
    return status;
  }
  std::string sha256 = digest.FinishHex();
  LIF_RETURN_IF_ERROR(Place(temporary, sha256));
  return sha256;
}

absl::StatusOr<std::string> FileBlobStore::Get(const std::string& sha256, uint64_t limit) {
  LIF_ASSIGN_OR_RETURN(uint64_t size, Size(sha256));
  if (size > limit) {
    return absl::ResourceExhaustedError(
        absl::StrCat("blob ", sha256, " has ", size, " bytes, over the limit of ", limit));
  }
  std::string bytes;
  bytes.reserve(size);
  bool over = false;
  LIF_RETURN_IF_ERROR(Read(sha256, [&](std::string_view piece) {
    over = bytes.size() + piece.size() > limit;
    if (!over) bytes.append(piece);
    return !over;
  }));
  // The file grew under our hands: it is not the blob that was written.
  if (over) return Damaged(sha256, "unknown", PathOf(sha256));
  return bytes;
}

absl::Status FileBlobStore::Read(const std::string& sha256,
                                 const std::function<bool(std::string_view)>& sink) {
  if (!IsSha256Hex(sha256)) return NotThere(sha256);
  const std::string path = PathOf(sha256);
  UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return NotThere(sha256);
  Sha256Stream digest;
  bool whole = true;
  LIF_RETURN_IF_ERROR(ReadPieces(file, path, [&](std::string_view piece) {
    digest.Update(piece);
    whole = sink(piece);
    return whole;
  }));
  if (!whole) return absl::OkStatus();
  std::string actual = digest.FinishHex();
  return actual == sha256 ? absl::OkStatus() : Damaged(sha256, actual, path);
}

absl::StatusOr<uint64_t> FileBlobStore::Size(const std::string& sha256) {
  if (!IsSha256Hex(sha256)) return NotThere(sha256);
  struct stat info {};
  if (::stat(PathOf(sha256).c_str(), &info) != 0) return NotThere(sha256);
  return static_cast<uint64_t>(info.st_size);
}

}  // namespace lif
