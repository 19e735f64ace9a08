// Carries the build's log from a local file to the fleet: its tail to the BuildLog, and each MiB
// of it to a blob. The file is the buffer: a slow or absent queue delays the readers, never the
// build.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/blobs/blob_store.h"
#include "common/queue/build_log.h"
#include "executor/text_file.h"

namespace lif {

// One thread at a time. The log of a build goes on over its attempts: what earlier ones wrote (on
// other executors) is found through the BuildLog and continued.
class LogShipper {
 public:
  LogShipper(BuildLog& log, BlobStore& blobs, std::string build_id, const BoundedTextFile& file)
      : log_(log), blobs_(blobs), build_id_(std::move(build_id)), file_(file) {}

  // Ships what is new. An error changes nothing for good: call again.
  absl::Status Ship();
  // Length of the log as the fleet sees it; 0 before the first Ship that succeeded.
  int64_t end() const { return start_ + shipped_; }

  // The whole log, of all attempts, as a file: the local one when there is nothing before it, else
  // a new one at `path`. What can't be had is replaced by a notice.
  std::string WholeLog(const std::string& path);

 private:
  absl::Status Join();
  absl::Status SealFull();

  BuildLog& log_;
  BlobStore& blobs_;
  const std::string build_id_;
  const BoundedTextFile& file_;
  bool joined_ = false;
  std::vector<SealedChunk> earlier_;  // of attempts before this
  std::string prefix_;                // their tail, not sealed yet
  int64_t start_ = 0;                 // offset of the file's first byte in the whole log
  int64_t shipped_ = 0;               // bytes of the file
  int64_t sealed_ = 0;                // offset in the whole log
};

}  // namespace lif
