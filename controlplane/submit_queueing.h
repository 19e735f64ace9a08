// The second half of SubmitBuilds: puts the jobs of a request into the queue, and learns from what
// it answers.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/base/clock.h"
#include "controlplane/submit_answers.h"
#include "controlplane/submit_builds.h"
#include "controlplane/submit_graph.h"

namespace lif {

// Lives for one request. Layers come first, and images only when all layers that they stand on are
// queued or done: what a race with others changes is planned again, a bounded number of times.
class SubmitQueueing {
 public:
  struct Parts {
    const SubmitBuildsInput& input;
    const SubmitBuilds::Seams& seams;
    const std::function<bool()>& cancelled;
    SubmitGraph& graph;
    SubmitAnswers& answers;
  };
  // `request_id` names the request in the queue.
  SubmitQueueing(Parts parts, std::string request_id)
      : parts_(parts), request_id_(std::move(request_id)) {}

  // `jobs` are the graph's plan of `units`. Each unit is answered. An error says what was queued.
  absl::Status Go(std::vector<SubmitUnit*> units, SubmitJobs jobs);

 private:
  // Of the chunks of one round.
  struct Progress {
    int chunk = 0;
    int chunks = 0;
  };
  using Outcomes = std::vector<SubmitOutcome>;

  // Answers whether what was planned stands: else it must be planned again.
  absl::StatusOr<bool> QueueLayers(const std::vector<JobSpec>& jobs, Progress* progress);
  // Their chunks stand on what is queued by now, and on nothing of each other: two calls are under
  // way at a time, so that Redis works while the next one is made. Answers which units must be
  // planned again.
  absl::StatusOr<std::vector<SubmitUnit*>> QueueImages(const std::vector<SubmitUnit*>& units,
                                                       const std::vector<JobSpec>& jobs,
                                                       Progress* progress);
  // Of a unit whose job has ended, into `ended`; that must be planned again, into `again`.
  void TakeImage(const SubmitOutcome& outcome, SubmitUnit* unit, std::vector<SubmitUnit*>* ended,
                 std::vector<SubmitUnit*>* again);
  absl::StatusOr<std::vector<SubmitUnit*>> AnswerEnded(const std::vector<SubmitUnit*>& ended);
  // The next of `jobs`, with build IDs of their own.
  SubmitRequest NextChunk(const std::vector<JobSpec>& jobs, size_t begin, Progress* progress) const;
  // Thread-safe.
  absl::StatusOr<Outcomes> Submit(const SubmitRequest& chunk) const;
  // A store's error, with what had been queued before it.
  absl::Status AfterPart(const absl::Status& status, size_t wanted) const;

  const Parts parts_;
  const std::string request_id_;
  size_t images_ = 0;  // queued or joined
  size_t layers_ = 0;
};

}  // namespace lif
