// The use case behind GetArtifact: the verified bytes of a record's artifact.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/blobs/blob_store.h"
#include "common/records/record_store.h"

namespace lif {

struct ArtifactPiece {
  const Artifact& artifact;
  int64_t offset = 0;  // of data[0] in the artifact
  std::string_view
      data;  // at most 1 MiB; empty only when the artifact ends at the offset asked for
};

// Thread-safe; blocks. Both must outlive it.
class ArtifactReader {
 public:
  ArtifactReader(RecordReader& records, BlobStore& blobs) : records_(records), blobs_(blobs) {}

  // Answers false when the client has left.
  using Sink = std::function<bool(const ArtifactPiece&)>;

  // Calls `sink` at least once. NOT_FOUND for the record, or for the name with those that exist;
  // OUT_OF_RANGE for an offset past the end; DATA_LOSS when the bytes turn out damaged.
  absl::Status Read(const std::string& build_id, const std::string& name, int64_t offset,
                    const Sink& sink) const;

 private:
  RecordReader& records_;
  BlobStore& blobs_;
};

}  // namespace lif
