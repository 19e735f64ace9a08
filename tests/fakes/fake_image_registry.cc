#include "tests/fakes/fake_image_registry.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/digest.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

// "host:port/name" of a reference by tag or digest.
std::string RepositoryOf(const std::string& reference) {
  const size_t at = reference.find('@');
  if (at != std::string::npos) return reference.substr(0, at);
  return reference.substr(0, reference.rfind(':'));
}

}  // namespace

void FakeImageRegistry::SetAway(absl::Status status) {
  MutexLock lock(&mutex_);
  away_ = std::move(status);
}

void FakeImageRegistry::Know(const std::string& reference, const std::string& digest,
                             const ImageManifest& manifest) {
  MutexLock lock(&mutex_);
  Put(reference, digest, manifest);
}

void FakeImageRegistry::Put(const std::string& reference, const std::string& digest,
                            const ImageManifest& manifest) {
  manifests_[digest] = manifest;
  if (reference.find('@') == std::string::npos) tags_[reference] = digest;
  for (const OciBlob& blob : manifest.Blobs()) {
    blobs_[RepositoryOf(reference)].insert(blob.digest);
  }
}

void FakeImageRegistry::Lose(const std::string& digest) {
  MutexLock lock(&mutex_);
  manifests_.erase(digest);
  for (auto& [repository, blobs] : blobs_) blobs.erase(digest);
}

std::map<std::string, std::string> FakeImageRegistry::tags() const {
  MutexLock lock(&mutex_);
  return tags_;
}

int FakeImageRegistry::pushes() const {
  MutexLock lock(&mutex_);
  return pushes_;
}

std::vector<std::vector<std::string>> FakeImageRegistry::joins() const {
  MutexLock lock(&mutex_);
  return joins_;
}

absl::StatusOr<PushReport> FakeImageRegistry::Push(const ImagePush& push,
                                                   absl::Duration /*deadline*/,
                                                   std::stop_token stop) {
  LIF_ASSIGN_OR_RETURN(const OciImage image, ReadOciImage(push.oci_directory));
  MutexLock lock(&mutex_);
  if (!away_.ok()) return away_;
  if (stop.stop_requested()) return absl::CancelledError("the push was stopped");
  ++pushes_;
  int64_t missing = 0;
  for (const OciBlob& blob : image.manifest.Blobs()) {
    const bool there = blobs_[RepositoryOf(push.reference)].count(blob.digest) > 0 ||
                       blobs_[push.mount_from].count(blob.digest) > 0;
    if (!there) missing += blob.size;
  }
  Put(push.reference, image.digest, image.manifest);
  return PushReport{missing};
}

absl::Status FakeImageRegistry::Tag(const std::string& source, const std::string& reference,
                                    absl::Duration /*deadline*/, std::stop_token /*stop*/) {
  const std::string digest = source.substr(source.find('@') + 1);
  MutexLock lock(&mutex_);
  if (!away_.ok()) return away_;
  const auto known = manifests_.find(digest);
  if (known == manifests_.end()) {
    return absl::NotFoundError(absl::StrCat(source, " is not in the registry"));
  }
  Put(reference, digest, known->second);
  return absl::OkStatus();
}

absl::StatusOr<ImageManifest> FakeImageRegistry::Find(const std::string& image,
                                                      absl::Duration /*deadline*/,
                                                      std::stop_token /*stop*/) {
  MutexLock lock(&mutex_);
  if (!away_.ok()) return away_;
  const auto known = manifests_.find(image.substr(image.find('@') + 1));
  if (known == manifests_.end()) {
    return absl::NotFoundError(absl::StrCat(image, " is not in the registry"));
  }
  for (const OciBlob& blob : known->second.Blobs()) {
    if (blobs_[RepositoryOf(image)].count(blob.digest) > 0) continue;
    return absl::NotFoundError(
        absl::StrCat("blob ", blob.digest, " of ", image, " is gone from the registry"));
  }
  return known->second;
}

absl::StatusOr<std::string> FakeImageRegistry::Join(const std::vector<std::string>& images,
                                                    const std::string& reference,
                                                    absl::Duration /*deadline*/,
                                                    std::stop_token /*stop*/) {
  MutexLock lock(&mutex_);
  if (!away_.ok()) return away_;
  joins_.push_back(images);
  for (const std::string& image : images) {
    if (manifests_.count(image.substr(image.find('@') + 1)) == 0) {
      return absl::NotFoundError(absl::StrCat(image, " is not in the registry"));
    }
  }
  const std::string digest = "sha256:" + Sha256Hex(absl::StrJoin(images, "\n"));
  tags_[reference] = digest;
  return digest;
}

}  // namespace lif
