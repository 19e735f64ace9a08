// How long jobs will take, from how long those before them took. Pure.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/time/time.h"
#include "common/plan/plan.h"
#include "common/records/past_builds.h"

namespace lif {

// What is known of the past. Not thread-safe.
class PastTimes {
 public:
  explicit PastTimes(const std::vector<PastLayer>& layers);

  void AddBuild(const std::string& build_key, absl::Duration took);

  // Of the newest layer of the module on the platform; nullopt when there is none.
  std::optional<absl::Duration> OfModule(const std::string& module_ref,
                                         const std::string& platform) const;
  std::optional<absl::Duration> OfBuild(const std::string& build_key) const;
  // Of all modules on all platforms; nullopt when nothing is known.
  std::optional<absl::Duration> Median() const;

 private:
  std::unordered_map<std::string, absl::Duration> modules_;  // "<name> <platform>"
  std::unordered_map<std::string, absl::Duration> builds_;   // by build key
};

// A layer job: what its key took before, else the sum over the modules that it builds. An image
// job: what the build took before. nullopt when something of it is not known. `modules` are the
// references of what the job builds.
std::optional<absl::Duration> EstimateJob(const PlannedJob& job,
                                          const std::vector<std::string>& modules,
                                          const PlanInput& input, const PastTimes& past);

struct PlanTimes {
  absl::Duration work;     // sum over the jobs that are to be made
  absl::Duration elapsed;  // the longest path through all jobs
  int unknown = 0;         // of the jobs that are to be made
};

// `estimates` are those of `jobs`, which come parents first.
PlanTimes AddUp(const std::vector<PlannedJob>& jobs,
                const std::vector<std::optional<absl::Duration>>& estimates);

}  // namespace lif
