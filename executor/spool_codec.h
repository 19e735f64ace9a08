// An entry of the spool as bytes: the SHA-256 of a JSON document, a line end, and the document.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/queue/job.h"
#include "executor/settlement.h"

namespace lif {

// What is known of an artifact that lies beside the document.
struct SpooledFile {
  std::string name;
  std::string media_type;
  std::string sha256;
  int64_t size = 0;
};

struct SpoolDocument {
  Lease lease;  // the newest under which the result may be written
  absl::Time spooled;
  Record record;  // without artifacts: settling makes them of `files`
  std::vector<SpooledFile> files;
  std::vector<std::string> log_tail;
  std::optional<LedgerLayer> layer = {};
};

// Pure. Bytes that are no UTF-8 (of a command's output) come back replaced, as the record store
// would write them; times come back in whole microseconds.
std::string EncodeSpoolDocument(const SpoolDocument& document);
// DATA_LOSS says what is wrong.
absl::StatusOr<SpoolDocument> DecodeSpoolDocument(const std::string& bytes);

}  // namespace lif
