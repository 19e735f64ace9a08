// A blob store whose failures are told to somebody who counts.
#pragma once

#include <functional>
#include <utility>

#include "common/blobs/blob_store.h"

namespace lif {

// As thread-safe as `store`, which must outlive it. `failed` hears every status that is not OK.
class ObservedBlobStore final : public BlobStore {
 public:
  using Observer = std::function<void(const absl::Status&)>;
  ObservedBlobStore(BlobStore& store, Observer failed)
      : store_(store), failed_(std::move(failed)) {}

  absl::StatusOr<std::string> Put(std::string_view bytes) override {
    return Told(store_.Put(bytes));
  }
  absl::StatusOr<std::string> PutFile(const std::string& path) override {
    return Told(store_.PutFile(path));
  }
  absl::StatusOr<std::string> Get(const std::string& sha256, uint64_t limit) override {
    return Told(store_.Get(sha256, limit));
  }
  absl::Status Read(const std::string& sha256,
                    const std::function<bool(std::string_view)>& sink) override {
    absl::Status status = store_.Read(sha256, sink);
    if (!status.ok()) failed_(status);
    return status;
  }
  absl::StatusOr<uint64_t> Size(const std::string& sha256) override {
    return Told(store_.Size(sha256));
  }

 private:
  template <typename T>
  absl::StatusOr<T> Told(absl::StatusOr<T> answer) const {
    if (!answer.ok()) failed_(answer.status());
    return answer;
  }

  BlobStore& store_;
  const Observer failed_;
};

}  // namespace lif
