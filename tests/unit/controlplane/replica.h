// A submit of a control plane as a test sees it: what it asks of the queue, and races made by hand.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/base/mutex.h"
#include "tests/support/catch.h"
#include "tests/unit/controlplane/fixture.h"

namespace lif {

inline const std::function<bool()> kGoing = [] { return false; };

// The queue of a control plane, between it and a submit: what passes is noted, and a test can make
// it race or break. Submits may come from several threads; the rest is for the test's own.
class ObservedQueue final : public JobQueue {
 public:
  explicit ObservedQueue(JobQueue& queue) : queue_(queue) {}

  std::vector<SubmitRequest> requests;  // in the order of their arrival
  bool blind = false;                   // finds no job: each ended or came after it looked
  std::optional<size_t> away_after;     // so many submits

  absl::StatusOr<std::vector<SubmitOutcome>> Submit(const SubmitRequest& request) override {
    {
      MutexLock lock(&mutex_);
      if (away_after && requests.size() == *away_after) {
        return absl::UnavailableError("the queue is away");
      }
      requests.push_back(request);
    }
    return queue_.Submit(request);
  }
  absl::StatusOr<std::vector<std::optional<JobView>>> FindJobs(
      const std::vector<std::string>& job_ids) override {
    if (blind) return std::vector<std::optional<JobView>>(job_ids.size());
    return queue_.FindJobs(job_ids);
  }
  absl::StatusOr<CancelResult> Cancel(const std::string& build_id,
                                      const std::string& tenant) override {
    return queue_.Cancel(build_id, tenant);
  }
  absl::StatusOr<TickResult> Tick() override { return queue_.Tick(); }
  absl::StatusOr<JobView> GetJob(const std::string& build_id) override {
    return queue_.GetJob(build_id);
  }
  absl::StatusOr<std::vector<std::optional<JobView>>> GetJobs(
      const std::vector<std::string>& build_ids) override {
    return queue_.GetJobs(build_ids);
  }
  absl::StatusOr<std::vector<JobView>> ListJobs(const JobFilter& filter) override {
    return queue_.ListJobs(filter);
  }
  absl::StatusOr<std::vector<PoolStats>> ListPools() override { return queue_.ListPools(); }
  absl::StatusOr<std::vector<ExecutorInfo>> ListExecutors() override {
    return queue_.ListExecutors();
  }
  absl::Status RequestDrain(const std::string& executor_id, bool drain) override {
    return queue_.RequestDrain(executor_id, drain);
  }

 private:
  JobQueue& queue_;
  Mutex mutex_;
};

// Finds nothing the first time: what it has came after it was asked.
class LateLedger final : public LayerLedgerReader {
 public:
  explicit LateLedger(LayerLedgerReader& ledger) : ledger_(ledger) {}
  absl::StatusOr<std::vector<LedgerLayer>> LookUp(const std::vector<std::string>& keys) override {
    if (first_) {
      first_ = false;
      return std::vector<LedgerLayer>();
    }
    return ledger_.LookUp(keys);
  }

 private:
  LayerLedgerReader& ledger_;
  bool first_ = true;
};

inline SubmitBuildsInput Asking(const std::vector<std::string>& manifests) {
  SubmitBuildsInput input;
  for (const std::string& manifest : manifests) input.builds.push_back({manifest, {"linux/amd64"}});
  return input;
}

// A second replica over the same stores.
struct Replica {
  explicit Replica(ControlPlane& plane)
      : queue(plane.queue),
        submit({plane.manifests, plane.records, queue, plane.layers, plane.ledger, plane.clock}) {}

  SubmitBuildsOutput Submit(const SubmitBuildsInput& input) {
    absl::StatusOr<SubmitBuildsOutput> output = submit.Run(input, kGoing);
    INFO(output.status().ToString());
    REQUIRE(output.ok());
    return *std::move(output);
  }

  ObservedQueue queue;
  SubmitBuilds submit;
};

inline std::vector<JobView> Jobs(ControlPlane& plane, JobKind kind) {
  JobFilter filter;
  filter.kinds = {kind};
  filter.limit = 1000;
  return plane.queue.ListJobs(filter).value();
}

inline std::multiset<int64_t> LayerGenerations(ControlPlane& plane) {
  std::multiset<int64_t> generations;
  for (const JobView& job : Jobs(plane, JobKind::kLayer)) generations.insert(job.spec.generation);
  return generations;
}

using Generations = std::multiset<int64_t>;

}  // namespace lif
