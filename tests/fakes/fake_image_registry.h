// A registry in memory, for images that FakeImageBuilder made.
#pragma once

#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"
#include "executor/image_registry.h"

namespace lif {

// Thread-safe.
class FakeImageRegistry final : public ImageRegistry {
 public:
  // While not OK, every call answers it: the registry is away.
  void SetAway(absl::Status status);
  // "repository:tag" → digest.
  std::map<std::string, std::string> tags() const;
  int pushes() const;

  absl::Status Push(const std::string& oci_directory, const std::string& reference,
                    absl::Duration deadline, std::stop_token stop) override;
  absl::Status Tag(const std::string& source, const std::string& reference, absl::Duration deadline,
                   std::stop_token stop) override;

 private:
  mutable Mutex mutex_;
  absl::Status away_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string> tags_ ABSL_GUARDED_BY(mutex_);
  int pushes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace lif
