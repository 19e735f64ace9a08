// Runs a claimed job: the pipeline of design.md §8, then its settlement.
#pragma once

#include "executor/executor_loop.h"
#include "executor/services.h"
#include "executor/settler.h"
#include "executor/stage.h"

namespace lif {

// Thread-safe; one call a job. `services` must outlive it.
class JobRunner final : public JobHandler {
 public:
  explicit JobRunner(const Services& services);

  void Handle(const ClaimedJob& job, HeldLease& lease) override;

 private:
  absl::Status Attempt(const ClaimedJob& job, HeldLease& lease);
  StageResult RunStages(BuildRun& run);
  // The tests, and the SBOM beside them.
  StageResult Examine(BuildRun& run);
  // Decides what the result of the stages means, and settles it.
  void Conclude(BuildRun& run, const StageResult& result);
  // Of stages that all passed.
  void ConcludeWell(BuildRun& run);
  // True when the job waits for others now.
  bool Park(BuildRun& run, const StageFailure& parked);
  void SettleRun(BuildRun& run);

  const Services& services_;
  Settler settler_;
  const std::vector<Stage> stages_;        // of layer and image jobs
  const std::vector<Stage> index_stages_;  // of index jobs
};

}  // namespace lif
