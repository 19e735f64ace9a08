#include "tests/fakes/fake_image_registry.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/file_util.h"
#include "common/base/status_macros.h"

namespace lif {

void FakeImageRegistry::SetAway(absl::Status status) {
  MutexLock lock(&mutex_);
  away_ = std::move(status);
}

std::map<std::string, std::string> FakeImageRegistry::tags() const {
  MutexLock lock(&mutex_);
  return tags_;
}

int FakeImageRegistry::pushes() const {
  MutexLock lock(&mutex_);
  return pushes_;
}

absl::Status FakeImageRegistry::Push(const std::string& oci_directory, const std::string& reference,
                                     absl::Duration /*deadline*/, std::stop_token stop) {
  LIF_ASSIGN_OR_RETURN(const std::string digest, ReadFile(oci_directory + "/digest", 100));
  MutexLock lock(&mutex_);
  if (!away_.ok()) return away_;
  if (stop.stop_requested()) return absl::CancelledError("the push was stopped");
  ++pushes_;
  tags_[reference] = digest;
  return absl::OkStatus();
}

absl::Status FakeImageRegistry::Tag(const std::string& source, const std::string& reference,
                                    absl::Duration /*deadline*/, std::stop_token /*stop*/) {
  const std::string digest = source.substr(source.find('@') + 1);
  MutexLock lock(&mutex_);
  if (!away_.ok()) return away_;
  const bool known = std::any_of(tags_.begin(), tags_.end(),
                                 [&digest](const auto& tag) { return tag.second == digest; });
  if (!known) return absl::NotFoundError(absl::StrCat(source, " is not in the registry"));
  tags_[reference] = digest;
  return absl::OkStatus();
}

}  // namespace lif
