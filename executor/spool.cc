#include "executor/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/file_util.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "common/base/unique_fd.h"
#include "executor/spool_codec.h"
#include "executor/workspace.h"

namespace lif {
namespace {

namespace fs = std::filesystem;

constexpr char kDocument[] = "/result";
constexpr char kDamaged[] = "/damaged";
constexpr size_t kDamagedKept = 16;
constexpr uint64_t kMaxDocument = uint64_t{256} << 20;

absl::Status DiskError(const std::string& what, const std::string& path, int error) {
  const std::string text = absl::StrCat("can't ", what, " ", path, ": ", std::strerror(error));
  const bool full = error == ENOSPC || error == EDQUOT;
  return full ? absl::ResourceExhaustedError(text) : absl::InternalError(text);
}

absl::Status Rename(const std::string& from, const std::string& to) {
  return std::rename(from.c_str(), to.c_str()) == 0 ? absl::OkStatus()
                                                    : DiskError("rename", from, errno);
}

std::vector<std::string> NamesIn(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string ArtifactPath(const std::string& directory, size_t index) {
  return absl::StrCat(directory, "/artifact-", index);
}

uint64_t BytesIn(const std::string& directory) {
  uint64_t bytes = 0;
  for (const std::string& name : NamesIn(directory)) {
    std::error_code error;
    const auto size = fs::file_size(directory + "/" + name, error);
    if (!error) bytes += size;
  }
  return bytes;
}

// What `path` holds, without the name and type that the caller knows.
absl::StatusOr<SpooledFile> Examine(const std::string& path) {
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return DiskError("open", path, errno);
  SpooledFile found;
  Sha256Stream sha256;
  std::string buffer(size_t{1} << 20, '\0');
  while (true) {
    const ssize_t got = read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return DiskError("read", path, errno);
    if (got == 0) break;
    sha256.Update(std::string_view(buffer).substr(0, static_cast<size_t>(got)));
    found.size += got;
  }
  found.sha256 = sha256.FinishHex();
  return found;
}

// Links where the file system can, and copies where it can't.
absl::Status KeepFile(const std::string& from, const std::string& to) {
  if (link(from.c_str(), to.c_str()) != 0) {
    std::error_code error;
    fs::copy_file(from, to, error);
    if (error) return DiskError("copy " + from + " to", to, error.value());
  }
  return SyncPath(to);
}

absl::StatusOr<SpooledFile> KeepArtifact(const PendingArtifact& artifact, const std::string& to) {
  LIF_RETURN_IF_ERROR(artifact.path.empty() ? WriteFileAtomically(to, artifact.bytes, 0600)
                                            : KeepFile(artifact.path, to));
  LIF_ASSIGN_OR_RETURN(SpooledFile kept, Examine(to));
  kept.name = artifact.name;
  kept.media_type = artifact.media_type;
  return kept;
}

absl::Status WriteEntry(const std::string& directory, const std::vector<PendingArtifact>& artifacts,
                        SpoolDocument* document) {
  LIF_RETURN_IF_ERROR(RemoveTree(directory));
  LIF_RETURN_IF_ERROR(MakeDirectories(directory));
  for (size_t i = 0; i < artifacts.size(); ++i) {
    LIF_ASSIGN_OR_RETURN(SpooledFile file, KeepArtifact(artifacts[i], ArtifactPath(directory, i)));
    document->files.push_back(std::move(file));
  }
  // Last, and its write syncs the directory with the names of all the others.
  return WriteFileAtomically(directory + kDocument, EncodeSpoolDocument(*document), 0600);
}

SpoolEntry EntryOf(SpoolDocument document, const std::string& directory) {
  SpoolEntry entry{document.lease, document.spooled, {}};
  entry.settlement.record = std::move(document.record);
  entry.settlement.log_tail = std::move(document.log_tail);
  entry.settlement.layer = std::move(document.layer);
  for (size_t i = 0; i < document.files.size(); ++i) {
    entry.settlement.artifacts.push_back(
        {document.files[i].name, document.files[i].media_type, ArtifactPath(directory, i), ""});
  }
  return entry;
}

absl::StatusOr<SpoolDocument> ReadDocument(const std::string& directory) {
  LIF_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(directory + kDocument, kMaxDocument));
  return DecodeSpoolDocument(bytes);
}

absl::Status CheckFiles(const SpoolDocument& document, const std::string& directory) {
  for (size_t i = 0; i < document.files.size(); ++i) {
    const SpooledFile& file = document.files[i];
    const auto found = Examine(ArtifactPath(directory, i));
    if (!found.ok()) return absl::DataLossError(std::string(found.status().message()));
    if (found->sha256 != file.sha256 || found->size != file.size) {
      return absl::DataLossError(absl::StrCat("its ", file.name, " has not the digest ",
                                              file.sha256, " with which it was written"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Spool>> Spool::Open(const std::string& path,
                                                   const SpoolLimits& limits) {
  LIF_RETURN_IF_ERROR(MakeDirectories(path + kDamaged));
  for (const std::string& name : NamesIn(path)) {
    if (absl::StartsWith(name, ".")) LIF_RETURN_IF_ERROR(RemoveTree(path + "/" + name));
  }
  std::unique_ptr<Spool> spool(new Spool(path, limits));
  const std::lock_guard lock(spool->mutex_);
  for (const std::string& build_id : spool->List()) {
    ++spool->depth_.entries;
    spool->depth_.bytes += BytesIn(spool->PathOf(build_id));
  }
  return spool;
}

absl::Status Spool::Reserve(const Settlement& settlement) const {
  uint64_t bytes = 0;
  for (const PendingArtifact& artifact : settlement.artifacts) {
    std::error_code error;
    bytes += artifact.path.empty() ? artifact.bytes.size() : fs::file_size(artifact.path, error);
  }
  if (depth_.entries >= limits_.entries || depth_.bytes + bytes > limits_.bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the spool ", path_, " is full: ", depth_.entries, " results, ",
                     depth_.bytes >> 20, " MiB; they wait for stores that are away"));
  }
  return CheckFreeDisk(path_, limits_.min_free_disk + bytes);
}

absl::StatusOr<SpoolEntry> Spool::Put(const Lease& lease, absl::Time now,
                                      const Settlement& settlement) {
  const std::string& build_id = settlement.record.build_id;
  if (!IsUlid(build_id)) {  // it becomes a path
    return absl::InvalidArgumentError(absl::StrCat("'", build_id, "' is no build ID"));
  }
  const std::lock_guard lock(mutex_);
  LIF_RETURN_IF_ERROR(Drop(build_id));
  LIF_RETURN_IF_ERROR(Reserve(settlement));
  const std::string half = HalfPathOf(build_id);
  SpoolDocument document{lease, now, settlement.record, {}, settlement.log_tail, settlement.layer};
  absl::Status written = WriteEntry(half, settlement.artifacts, &document);
  if (written.ok()) written = Rename(half, PathOf(build_id));
  if (written.ok()) written = SyncPath(path_);
  if (!written.ok()) {
    (void)RemoveTree(half);
    return written;
  }
  ++depth_.entries;
  depth_.bytes += BytesIn(PathOf(build_id));
  return EntryOf(std::move(document), PathOf(build_id));
}

absl::Status Spool::SetLease(const std::string& build_id, const Lease& lease) {
  const std::lock_guard lock(mutex_);
  LIF_ASSIGN_OR_RETURN(SpoolDocument document, ReadDocument(PathOf(build_id)));
  document.lease = lease;
  document.record.token = lease.token;
  return WriteFileAtomically(PathOf(build_id) + kDocument, EncodeSpoolDocument(document), 0600);
}

absl::StatusOr<SpoolEntry> Spool::Load(const std::string& build_id) const {
  const std::lock_guard lock(mutex_);
  const std::string directory = PathOf(build_id);
  auto document = ReadDocument(directory);
  if (!document.ok()) return absl::DataLossError(std::string(document.status().message()));
  if (document->record.build_id != build_id) {
    return absl::DataLossError("it is the result of build " + document->record.build_id);
  }
  LIF_RETURN_IF_ERROR(CheckFiles(*document, directory));
  return EntryOf(*std::move(document), directory);
}

// By a rename first, so that what is left of a crash is never taken for an entry.
absl::Status Spool::Drop(const std::string& build_id) {
  const std::string directory = PathOf(build_id);
  std::error_code error;
  if (!fs::exists(directory, error)) return absl::OkStatus();
  const uint64_t bytes = BytesIn(directory);
  const std::string half = HalfPathOf(build_id);
  LIF_RETURN_IF_ERROR(RemoveTree(half));
  LIF_RETURN_IF_ERROR(Rename(directory, half));
  --depth_.entries;
  depth_.bytes -= std::min(depth_.bytes, bytes);
  LIF_RETURN_IF_ERROR(SyncPath(path_));
  return RemoveTree(half);
}

absl::Status Spool::Remove(const std::string& build_id) {
  const std::lock_guard lock(mutex_);
  return Drop(build_id);
}

absl::StatusOr<std::string> Spool::SetAside(const std::string& build_id) {
  const std::lock_guard lock(mutex_);
  const std::string aside = path_ + kDamaged + "/" + build_id;
  const uint64_t bytes = BytesIn(PathOf(build_id));
  LIF_RETURN_IF_ERROR(RemoveTree(aside));
  LIF_RETURN_IF_ERROR(Rename(PathOf(build_id), aside));
  --depth_.entries;
  depth_.bytes -= std::min(depth_.bytes, bytes);
  LIF_RETURN_IF_ERROR(PruneDamaged());
  return aside;
}

absl::Status Spool::PruneDamaged() const {
  const std::vector<std::string> names = NamesIn(path_ + kDamaged);
  for (size_t i = 0; i + kDamagedKept < names.size(); ++i) {
    LIF_RETURN_IF_ERROR(RemoveTree(path_ + kDamaged + "/" + names[i]));
  }
  return absl::OkStatus();
}

std::vector<std::string> Spool::List() const {
  std::vector<std::string> names = NamesIn(path_);
  std::erase_if(names, [](const std::string& name) {
    return absl::StartsWith(name, ".") || name == kDamaged + 1;
  });
  return names;
}

SpoolDepth Spool::depth() const {
  const std::lock_guard lock(mutex_);
  return depth_;
}

}  // namespace lif
