// Directories of the executor on disk: one a job, removed with it.
//
//   <state dir>/lock                     held while an executor lives
//   <state dir>/jobs/<build ID>-<token>/ contexts/, empty/, image/, Dockerfile, build.log, …
//   <state dir>/spool/                   results that wait for their stores (spool.h)
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace lif {

// The files of one job. Removes them at the end of its life.
class Workspace {
 public:
  explicit Workspace(std::string root) : root_(std::move(root)) {}
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  // Makes the directory, empty.
  absl::Status Create();

  const std::string& root() const { return root_; }
  std::string Path(const std::string& name) const { return root_ + "/" + name; }

 private:
  const std::string root_;
};

// Owns the state directory. One executor at a time: a second one on the same directory is refused,
// so that it can't remove the files of the first.
class StateDirectory {
 public:
  static absl::StatusOr<std::unique_ptr<StateDirectory>> Open(const std::string& path);
  ~StateDirectory();
  StateDirectory(const StateDirectory&) = delete;
  StateDirectory& operator=(const StateDirectory&) = delete;

  // Removes what a predecessor that was killed left behind; answers the number of jobs.
  absl::StatusOr<int> RemoveLeftovers();
  std::string JobPath(const std::string& build_id, int64_t token) const;
  const std::string& path() const { return path_; }

 private:
  StateDirectory(std::string path, int lock_fd) : path_(std::move(path)), lock_fd_(lock_fd) {}

  const std::string path_;
  const int lock_fd_;
};

// RESOURCE_EXHAUSTED when fewer than `minimum` bytes are free on the file system of `path`.
absl::Status CheckFreeDisk(const std::string& path, uint64_t minimum);

}  // namespace lif
