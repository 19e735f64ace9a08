// Content-addressed bytes shared by the fleet: evidence, log chunks, SBOMs, module files.
// Implementations: FileBlobStore (a shared directory), later S3.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace lif {

// Blobs are write-once: putting what is there changes nothing. Thread-safe; calls block on I/O.
// Errors: NOT_FOUND, UNAVAILABLE (retry), DATA_LOSS (the bytes do not have the digest asked for),
// RESOURCE_EXHAUSTED (disk full, or over the limit given).
class BlobStore {
 public:
  virtual ~BlobStore() = default;
  // Answers the SHA-256 (64 hex).
  virtual absl::StatusOr<std::string> Put(std::string_view bytes) = 0;
  // The same from a file, without holding it in memory.
  virtual absl::StatusOr<std::string> PutFile(const std::string& path) = 0;
  // Verified against `sha256` before it is answered; refused when over `limit` bytes.
  virtual absl::StatusOr<std::string> Get(const std::string& sha256, uint64_t limit) = 0;
  // Streams in pieces of at most 1 MiB, without holding the whole; a digest that turns out wrong at
  // the end answers DATA_LOSS. `sink` answers false to stop early, which is no error.
  virtual absl::Status Read(const std::string& sha256,
                            const std::function<bool(std::string_view)>& sink) = 0;
  virtual absl::StatusOr<uint64_t> Size(const std::string& sha256) = 0;
};

}  // namespace lif
