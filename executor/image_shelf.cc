#include "executor/image_shelf.h"

#include <algorithm>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/file_util.h"

namespace lif {
namespace {

constexpr uint64_t kMaxFile = 1 << 20;

}  // namespace

absl::Status ImageShelf::Load() {
  if (file_.empty()) return absl::OkStatus();
  const auto text = ReadFile(file_, kMaxFile);
  if (absl::IsNotFound(text.status())) return absl::OkStatus();
  if (!text.ok()) return text.status();
  const std::lock_guard lock(mutex_);
  images_ = absl::StrSplit(*text, '\n', absl::SkipEmpty());
  return absl::OkStatus();
}

void ImageShelf::Take(const std::string& image) {
  const std::lock_guard lock(mutex_);
  ++in_use_[image];
  images_.remove(image);
  images_.push_front(image);
  Save();
}

std::vector<std::string> ImageShelf::PutBack(const std::string& image) {
  const std::lock_guard lock(mutex_);
  const auto uses = in_use_.find(image);
  if (uses != in_use_.end() && --uses->second == 0) in_use_.erase(uses);
  return ForgetBeyond(keep_);
}

std::vector<std::string> ImageShelf::Clear() {
  const std::lock_guard lock(mutex_);
  return ForgetBeyond(0);
}

std::vector<std::string> ImageShelf::ForgetBeyond(size_t keep) {
  std::vector<std::string> forgotten;
  size_t position = 0;
  for (auto it = images_.begin(); it != images_.end();) {
    if (position++ < keep || in_use_.count(*it) > 0) {
      ++it;
      continue;
    }
    forgotten.push_back(*it);
    it = images_.erase(it);
  }
  if (!forgotten.empty()) Save();
  return forgotten;
}

void ImageShelf::Save() {
  if (file_.empty()) return;
  // What can't be remembered is removed later than it could be, that is all.
  (void)WriteFileAtomically(file_, absl::StrJoin(images_, "\n") + "\n");
}

}  // namespace lif
