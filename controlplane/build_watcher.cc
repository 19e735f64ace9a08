#include "controlplane/build_watcher.h"

#include <optional>
#include <set>
#include <utility>

#include "common/base/status_macros.h"

namespace lif {
namespace {

bool IsAway(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

// The builds of one watch that are still followed.
class Followed {
 public:
  Followed(const BuildWatcher::Seams& seams, absl::Duration lost_after,
           const std::vector<std::string>& build_ids)
      : queue_(seams.queue),
        reader_(seams.queue, seams.records),
        clock_(seams.clock),
        lost_after_(lost_after) {
    std::set<std::string> seen;
    for (const std::string& build_id : build_ids) {
      if (seen.insert(build_id).second) builds_.push_back({build_id});
    }
  }

  bool empty() const { return builds_.empty(); }

  // Looks at all once; appends what changed. A store that is away leaves the builds behind it for
  // the next look.
  absl::Status Poll(std::vector<BuildStatus>* changes) {
    LIF_ASSIGN_OR_RETURN(std::vector<std::optional<JobView>> jobs, queue_.GetJobs(Ids()));
    absl::Status trouble;
    std::vector<Build> live;
    for (size_t i = 0; i < builds_.size(); ++i) {
      absl::StatusOr<BuildStatus> now = trouble.ok() ? Look(i, std::move(jobs[i])) : trouble;
      if (absl::IsNotFound(now.status()) && builds_[i].last) {
        if (!builds_[i].unknown_since) builds_[i].unknown_since = clock_.Steady();
        if (clock_.Steady() - *builds_[i].unknown_since > lost_after_) {
          return LostBuild(builds_[i].id);
        }
        live.push_back(std::move(builds_[i]));
        continue;
      }
      if (!now.ok()) {
        if (!IsAway(now.status())) return now.status();
        trouble = now.status();
        live.push_back(std::move(builds_[i]));
        continue;
      }
      if (!builds_[i].last || DiffersVisibly(*builds_[i].last, *now)) changes->push_back(*now);
      if (!now->over()) live.push_back({builds_[i].id, *std::move(now)});
    }
    builds_ = std::move(live);
    return trouble;
  }

 private:
  struct Build {
    std::string id;
    std::optional<BuildStatus> last = std::nullopt;  // as told
    std::optional<absl::Duration> unknown_since = std::nullopt;
  };

  std::vector<std::string> Ids() const {
    std::vector<std::string> ids;
    for (const Build& build : builds_) ids.push_back(build.id);
    return ids;
  }

  absl::StatusOr<BuildStatus> Look(size_t index, std::optional<JobView> job) const {
    if (!job || job->state == JobState::kDone) return reader_.Get(builds_[index].id);
    BuildStatus build;
    build.job = std::move(job);
    return build;
  }

  JobQueue& queue_;
  const BuildReader reader_;
  Clock& clock_;
  const absl::Duration lost_after_;
  std::vector<Build> builds_;  // in the order asked
};

}  // namespace

bool DiffersVisibly(const BuildStatus& before, const BuildStatus& after) {
  if (before.over() != after.over() || before.job.has_value() != after.job.has_value()) return true;
  if (!after.job) return false;
  JobProgress old_progress = before.job->progress;
  old_progress.log_bytes = after.job->progress.log_bytes;
  return before.job->state != after.job->state || before.job->attempt != after.job->attempt ||
         before.job->crash_count != after.job->crash_count ||
         before.job->executor != after.job->executor ||
         before.job->not_before != after.job->not_before ||
         before.job->cancel_requested != after.job->cancel_requested ||
         old_progress != after.job->progress;
}

absl::Status BuildWatcher::Watch(const std::vector<std::string>& build_ids, const Sink& sink,
                                 const CallEnd& end) const {
  Followed followed(seams_, options_.lost_after, build_ids);
  std::optional<absl::Duration> answered;  // when the stores last did
  while (!followed.empty()) {
    std::vector<BuildStatus> changes;
    const absl::Status status = followed.Poll(&changes);
    if (!status.ok() && (!answered || !IsAway(status))) return status;
    for (const BuildStatus& change : changes) {
      if (!sink(change)) return ClientLeft();
    }
    const absl::Duration now = seams_.clock.Steady();
    if (status.ok()) answered = now;
    if (now - *answered > options_.patience) return status;
    if (!followed.empty()) LIF_RETURN_IF_ERROR(end.Pause(seams_.clock, options_.period));
  }
  return absl::OkStatus();
}

}  // namespace lif
