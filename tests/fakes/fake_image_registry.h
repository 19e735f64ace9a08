// A registry in memory, for images that FakeImageBuilder made.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"
#include "executor/image_registry.h"

namespace lif {

// Thread-safe.
class FakeImageRegistry final : public ImageRegistry {
 public:
  // While not OK, every call answers it: the registry is away.
  void SetAway(absl::Status status);
  // An image that others pushed as `reference` ("repository:tag").
  void Know(const std::string& reference, const std::string& digest, const ImageManifest& manifest);
  // A manifest ("sha256:…") or a blob is gone, from all repositories.
  void Lose(const std::string& digest);
  // "repository:tag" → digest.
  std::map<std::string, std::string> tags() const;
  int pushes() const;
  std::vector<std::vector<std::string>> joins() const;  // images of each call of Join

  absl::StatusOr<PushReport> Push(const ImagePush& push, absl::Duration deadline,
                                  std::stop_token stop) override;
  absl::Status Tag(const std::string& source, const std::string& reference, absl::Duration deadline,
                   std::stop_token stop) override;
  absl::StatusOr<ImageManifest> Find(const std::string& image, absl::Duration deadline,
                                     std::stop_token stop) override;
  absl::StatusOr<std::string> Join(const std::vector<std::string>& images,
                                   const std::string& reference, absl::Duration deadline,
                                   std::stop_token stop) override;

 private:
  void Put(const std::string& reference, const std::string& digest, const ImageManifest& manifest)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  absl::Status away_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string> tags_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, ImageManifest> manifests_ ABSL_GUARDED_BY(mutex_);      // by digest
  std::map<std::string, std::set<std::string>> blobs_ ABSL_GUARDED_BY(mutex_);  // by repository
  std::vector<std::vector<std::string>> joins_ ABSL_GUARDED_BY(mutex_);
  int pushes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace lif
