#include "executor/text_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace lif {

BoundedTextFile::BoundedTextFile(std::string path, int64_t limit)
    : path_(std::move(path)), limit_(limit) {}

BoundedTextFile::~BoundedTextFile() {
  if (fd_ >= 0) close(fd_);
}

absl::Status BoundedTextFile::Open() {
  fd_ = open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd_ >= 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("can't write ", path_, ": ", std::strerror(errno)));
}

void BoundedTextFile::Append(std::string_view text) {
  if (full_) return;
  if (size_ + static_cast<int64_t>(text.size()) <= limit_) {
    Write(text);
    return;
  }
  full_ = true;
  Write(text.substr(0, static_cast<size_t>(limit_ - size_)));
  Write(absl::StrCat("\n[over ", limit_ >> 20, " MiB: what follows is left out]\n"));
}

void BoundedTextFile::Write(std::string_view text) {
  while (!text.empty() && status_.ok()) {
    const ssize_t written = write(fd_, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      status_ =
          absl::InternalError(absl::StrCat("can't write ", path_, ": ", std::strerror(errno)));
      return;
    }
    size_ += written;
    text.remove_prefix(static_cast<size_t>(written));
  }
}

absl::StatusOr<std::string> BoundedTextFile::ReadAt(int64_t offset, int64_t limit) const {
  std::string bytes(static_cast<size_t>(std::clamp<int64_t>(size_ - offset, 0, limit)), '\0');
  size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = pread(fd_, bytes.data() + filled, bytes.size() - filled,
                              static_cast<off_t>(offset + static_cast<int64_t>(filled)));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      return absl::InternalError(absl::StrCat("can't read ", path_, ": ", std::strerror(errno)));
    }
    filled += static_cast<size_t>(got);
  }
  return bytes;
}

}  // namespace lif
