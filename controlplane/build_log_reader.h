// The use case behind StreamBuildLog: a build's log from any offset, live or recorded.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/base/clock.h"
#include "common/blobs/blob_store.h"
#include "common/queue/build_log.h"
#include "controlplane/build_reader.h"
#include "controlplane/call_end.h"

namespace lif {

// The artifact of a record that holds the whole log.
inline constexpr std::string_view kBuildLogArtifact = "build.log";

struct LogPiece {
  int64_t offset = 0;     // of data[0] in the log
  std::string_view data;  // at most 256 KiB; empty only with `end`
  bool end = false;       // nothing follows
};

struct LogReadOptions {
  int64_t offset = 0;
  bool follow = false;  // wait for more until the build is over
};

// Thread-safe; Read blocks. All seams must outlive it. Nothing here slows a build: it only reads
// what the executor has stored.
class BuildLogReader {
 public:
  struct Seams {
    JobQueue& queue;
    RecordReader& records;
    BuildLog& log;
    BlobStore& blobs;
    Clock& clock;
  };
  explicit BuildLogReader(Seams seams) : seams_(seams) {}

  // Answers false when the client has left.
  using Sink = std::function<bool(const LogPiece&)>;

  // Pieces are contiguous from `offset`, or from a later offset when older bytes are gone; the last
  // has `end`. An offset past the end of a log that is over gives just the end. NOT_FOUND,
  // UNAVAILABLE, DATA_LOSS; `end` as CallEnd says.
  absl::Status Read(const std::string& build_id, const LogReadOptions& options, const Sink& sink,
                    const CallEnd& end) const;

 private:
  Seams seams_;
};

}  // namespace lif
