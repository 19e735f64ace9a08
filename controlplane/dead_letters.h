// The use cases behind ListDeadLetters, RetryDeadLetter and DropDeadLetter.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/queue/queue_admin.h"
#include "controlplane/build_reader.h"
#include "controlplane/submit_builds.h"

namespace lif {

struct DeadLetterPage {
  std::vector<DeadLetter> letters;  // newest first
  std::string next;                 // `after` of the next page; "" at the end
};

// Thread-safe; blocks on I/O. All seams must outlive it.
class DeadLetters {
 public:
  struct Seams {
    QueueAdmin& admin;
    JobQueue& queue;
    RecordReader& records;
    const SubmitBuilds& submit;
  };
  explicit DeadLetters(Seams seams) : seams_(seams) {}

  // Of the newest 1,000; `pool` "" for all. `after` names a job of the page before; when that is
  // gone meanwhile, the list begins anew.
  absl::StatusOr<DeadLetterPage> List(const std::string& pool, const std::string& after,
                                      int limit) const;
  // Submits the build again for each tenant that waited for it, then drops the letter: a call that
  // fails in between is repeated safely. NOT_FOUND; FAILED_PRECONDITION when the catalog has
  // nothing to build for it. Answers the new build.
  absl::StatusOr<BuildStatus> Retry(const std::string& job_id) const;
  absl::Status Drop(const std::string& job_id) const;

 private:
  absl::Status Unknown(const std::string& job_id) const;

  Seams seams_;
};

}  // namespace lif
