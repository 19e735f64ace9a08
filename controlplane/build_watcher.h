// The use case behind WatchBuilds: tells what changes until every build is over.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/base/clock.h"
#include "controlplane/build_reader.h"
#include "controlplane/call_end.h"

namespace lif {

struct WatchOptions {
  absl::Duration period = absl::Milliseconds(200);
  // A store may be away for so long before a watch gives up with UNAVAILABLE.
  absl::Duration patience = absl::Seconds(30);
  // A build that was told of and is unknown now may be submitted anew by a replica that remembers
  // it; then the watch fails with NOT_FOUND and the reason BUILD_LOST.
  absl::Duration lost_after = absl::Seconds(10);
};

// Polls: the queue keeps a job's newest progress, so whatever replica a client comes to, the first
// event of a build tells where it stands, and none can be missed. Thread-safe; Watch blocks.
class BuildWatcher {
 public:
  // All must outlive it.
  struct Seams {
    JobQueue& queue;
    RecordReader& records;
    Clock& clock;
  };
  explicit BuildWatcher(Seams seams, WatchOptions options = {})
      : seams_(seams), options_(options) {}

  // Answers false when the client has left.
  using Sink = std::function<bool(const BuildStatus&)>;

  // Calls `sink` with each build's state now, then at every change that a watcher can see, and
  // returns when all are over. NOT_FOUND for IDs that nothing knows, before anything is told, and
  // for builds that the queue has lost since; `end` as CallEnd says.
  absl::Status Watch(const std::vector<std::string>& build_ids, const Sink& sink,
                     const CallEnd& end) const;

 private:
  Seams seams_;
  WatchOptions options_;
};

// True when a watcher would see a difference: state, attempt, executor, stage, step, cancellation.
// The length of the log alone is none. Pure.
bool DiffersVisibly(const BuildStatus& before, const BuildStatus& after);

}  // namespace lif
