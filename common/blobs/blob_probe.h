// Whether a blob store answers.
#pragma once

#include "absl/status/status.h"
#include "common/blobs/blob_store.h"

namespace lif {

// Asks for a blob that does not exist: that it does not is an answer.
absl::Status ProbeBlobs(BlobStore& blobs);

}  // namespace lif
