// A text file that grows up to a bound; what comes after it is replaced by one notice.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace lif {

// One writer thread; size() and ReadAt() from any. Writing never fails to the caller: the first
// error is kept in status(), since a full disk must not end a build that could still pass.
class BoundedTextFile {
 public:
  BoundedTextFile(std::string path, int64_t limit);
  ~BoundedTextFile();
  BoundedTextFile(const BoundedTextFile&) = delete;
  BoundedTextFile& operator=(const BoundedTextFile&) = delete;

  absl::Status Open();  // truncates
  void Append(std::string_view text);
  int64_t size() const { return size_; }
  const std::string& path() const { return path_; }
  absl::Status status() const { return status_; }

  // At most `limit` bytes from `offset`; fewer at the end.
  absl::StatusOr<std::string> ReadAt(int64_t offset, int64_t limit) const;

 private:
  void Write(std::string_view text);

  const std::string path_;
  const int64_t limit_;
  int fd_ = -1;
  bool full_ = false;
  std::atomic<int64_t> size_ = 0;
  absl::Status status_;
};

}  // namespace lif
