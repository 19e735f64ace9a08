// A build wherever it is known: in the queue while it is live, in the records once it is over.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/queue/job_queue.h"
#include "common/queue/queue_admin.h"
#include "common/records/record_store.h"

namespace lif {

// At least one of the two is set.
struct BuildStatus {
  std::optional<JobView> job;
  std::optional<Record> record;  // of a build that is over
  WaitReason why;                // of a build that waits; set by Explain

  const std::string& build_id() const { return job ? job->spec.build_id : record->build_id; }
  bool over() const { return record.has_value() || job->state == JobState::kDone; }
};

struct BuildFilter {
  JobKind kind = JobKind::kImage;
  std::string manifest_id;  // "" for all, and so on
  std::string platform;
  std::string tenant;
  std::string pool;
  std::vector<JobState> states;  // none for all; a recorded build is kDone
  std::string before_build_id;   // page: builds older than this
  int limit = 100;
};

struct BuildPage {
  std::vector<BuildStatus> builds;  // newest first
  std::string next;                 // `before_build_id` of the next page; "" at the end
};

// Thread-safe; blocks on I/O. `queue` and `records` must outlive it.
class BuildReader {
 public:
  BuildReader(JobQueue& queue, RecordReader& records) : queue_(queue), records_(records) {}

  // NOT_FOUND when neither knows it; UNAVAILABLE when the store that might know it is away. A build
  // that is over is answered from its record even while the queue is away.
  absl::StatusOr<BuildStatus> Get(const std::string& build_id) const;

  // The newest 1,000 jobs of the kind, and all records, by build ID, which sorts by time.
  absl::StatusOr<BuildPage> List(const BuildFilter& filter) const;

 private:
  JobQueue& queue_;
  RecordReader& records_;
};

// Looks for why a build is not running: for those who ask about one build.
absl::Status Explain(QueueAdmin& admin, BuildStatus* build);

// `status`, unless it is NOT_FOUND of a build that was submitted before the queue came back from an
// older state: then that is what it says, with the reason BUILD_LOST.
absl::Status ExplainUnknown(QueueAdmin& admin, const std::string& build_id,
                            const absl::Status& status);

// Of a build that the queue held, and lost.
absl::Status LostBuild(const std::string& build_id);

// Does the filter let it through? Pure; states and page included.
bool Matches(const BuildFilter& filter, const BuildStatus& build);

}  // namespace lif
