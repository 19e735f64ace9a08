#include "controlplane/plan_estimates.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace lif {
namespace {

std::string ModuleKey(const std::string& module_ref, const std::string& platform) {
  return absl::StrCat(module_ref.substr(0, module_ref.find('@')), " ", platform);
}

}  // namespace

PastTimes::PastTimes(const std::vector<PastLayer>& layers) {
  for (const PastLayer& layer : layers) {
    modules_[ModuleKey(layer.module, layer.platform)] = layer.duration;
  }
}

void PastTimes::AddBuild(const std::string& build_key, absl::Duration took) {
  builds_[build_key] = took;
}

std::optional<absl::Duration> PastTimes::OfModule(const std::string& module_ref,
                                                  const std::string& platform) const {
  const auto found = modules_.find(ModuleKey(module_ref, platform));
  if (found == modules_.end()) return std::nullopt;
  return found->second;
}

std::optional<absl::Duration> PastTimes::OfBuild(const std::string& build_key) const {
  const auto found = builds_.find(build_key);
  if (found == builds_.end()) return std::nullopt;
  return found->second;
}

std::optional<absl::Duration> PastTimes::Median() const {
  if (modules_.empty()) return std::nullopt;
  std::vector<absl::Duration> times;
  times.reserve(modules_.size());
  for (const auto& [module, time] : modules_) times.push_back(time);
  const auto middle = times.begin() + static_cast<ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

std::optional<absl::Duration> EstimateJob(const PlannedJob& job,
                                          const std::vector<std::string>& modules,
                                          const PlanInput& input, const PastTimes& past) {
  if (job.spec.kind != JobKind::kLayer) return past.OfBuild(job.spec.key);
  const auto row = input.ledger.find(job.spec.key);
  if (row != input.ledger.end() && row->second.duration > absl::ZeroDuration()) {
    return row->second.duration;
  }
  absl::Duration sum;
  for (const std::string& module : modules) {
    const std::optional<absl::Duration> time = past.OfModule(module, job.spec.platform);
    if (!time) return std::nullopt;
    sum += *time;
  }
  return sum;
}

PlanTimes AddUp(const std::vector<PlannedJob>& jobs,
                const std::vector<std::optional<absl::Duration>>& estimates) {
  PlanTimes times;
  std::unordered_map<std::string, absl::Duration> ends;  // job ID → when it is over
  for (size_t i = 0; i < jobs.size(); ++i) {
    absl::Duration begin;
    for (const std::string& need : jobs[i].spec.needs) {
      if (const auto end = ends.find(need); end != ends.end()) begin = std::max(begin, end->second);
    }
    const absl::Duration took = estimates[i].value_or(absl::ZeroDuration());
    ends[jobs[i].spec.job_id] = begin + took;
    times.elapsed = std::max(times.elapsed, begin + took);
    if (jobs[i].use != LayerUse::kBuilt) continue;
    times.work += took;
    if (!estimates[i]) ++times.unknown;
  }
  return times;
}

}  // namespace lif
