#include "common/blobs/blob_probe.h"

#include <string>

namespace lif {

absl::Status ProbeBlobs(BlobStore& blobs) {
  const absl::Status status = blobs.Size(std::string(64, '0')).status();
  return absl::IsNotFound(status) ? absl::OkStatus() : status;
}

}  // namespace lif
