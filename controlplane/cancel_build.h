// The use case behind CancelBuild: withdraws, and waits until the work has ended.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "controlplane/build_reader.h"
#include "controlplane/call_end.h"

namespace lif {

struct CancelBuildInput {
  std::string build_id;
  std::string tenant;  // "" for all waiters (an operator's right)
  // For the executor's confirmation that nothing of it runs any more.
  absl::Duration wait = absl::Seconds(15);
};

enum class CancelAnswer {
  kCancelled,    // had not begun, and never will
  kEnded,        // ran, and nothing of it runs any more
  kRequested,    // was told to stop, and had not confirmed that in time
  kLeft,         // goes on for others
  kAlreadyDone,  // was over before
};

struct CancelBuildOutput {
  CancelAnswer answer = CancelAnswer::kAlreadyDone;
  BuildStatus build;
};

// Thread-safe; Run blocks for at most `wait`. All seams must outlive it.
class CancelBuild {
 public:
  struct Seams {
    JobQueue& queue;
    RecordReader& records;
    Clock& clock;
  };
  explicit CancelBuild(Seams seams) : seams_(seams) {}

  // NOT_FOUND, UNAVAILABLE. A repeated call waits for the same end. A client that leaves takes
  // nothing back.
  absl::StatusOr<CancelBuildOutput> Run(const CancelBuildInput& input, const CallEnd& end) const;

 private:
  absl::StatusOr<CancelBuildOutput> AwaitEnd(const CancelBuildInput& input, BuildStatus build,
                                             const CallEnd& end) const;

  Seams seams_;
};

}  // namespace lif
