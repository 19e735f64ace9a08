#include "executor/workspace.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/base/file_util.h"
#include "common/base/status_macros.h"

namespace lif {

Workspace::~Workspace() {
  // What can't be removed now is removed at the next start.
  (void)RemoveTree(root_);
}

absl::Status Workspace::Create() {
  LIF_RETURN_IF_ERROR(RemoveTree(root_));
  return MakeDirectories(root_);
}

absl::StatusOr<std::unique_ptr<StateDirectory>> StateDirectory::Open(const std::string& path) {
  LIF_RETURN_IF_ERROR(MakeDirectories(path + "/jobs"));
  const std::string lock = path + "/lock";
  const int fd = open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("can't open ", lock, ": ", std::strerror(errno), "; check --state-dir"));
  }
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    close(fd);
    return absl::FailedPreconditionError(
        absl::StrCat("another executor uses ", path, "; give each its own --state-dir"));
  }
  return std::unique_ptr<StateDirectory>(new StateDirectory(path, fd));
}

StateDirectory::~StateDirectory() {
  close(lock_fd_);
}

absl::StatusOr<int> StateDirectory::RemoveLeftovers() {
  std::vector<std::string> left;
  std::error_code error;
  for (std::filesystem::directory_iterator it(path_ + "/jobs", error), end; !error && it != end;
       it.increment(error)) {
    left.push_back(it->path().string());
  }
  if (error) {
    return absl::InternalError(absl::StrCat("can't read ", path_, "/jobs: ", error.message()));
  }
  for (const std::string& directory : left) LIF_RETURN_IF_ERROR(RemoveTree(directory));
  return static_cast<int>(left.size());
}

std::string StateDirectory::JobPath(const std::string& build_id, int64_t token) const {
  return absl::StrCat(path_, "/jobs/", build_id, "-", token);
}

absl::Status CheckFreeDisk(const std::string& path, uint64_t minimum) {
  struct statvfs stats;
  if (statvfs(path.c_str(), &stats) != 0) {
    return absl::InternalError(
        absl::StrCat("can't look at the disk of ", path, ": ", std::strerror(errno)));
  }
  const uint64_t free = static_cast<uint64_t>(stats.f_bavail) * stats.f_frsize;
  if (free >= minimum) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("only ", free >> 20, " MiB are free on the disk of ", path, ", ", minimum >> 20,
                   " MiB are needed; free some, or lower --min-free-disk-mib"));
}

}  // namespace lif
