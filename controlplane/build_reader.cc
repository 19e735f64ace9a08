#include "controlplane/build_reader.h"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/grpc_status.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "controlplane/field_errors.h"

namespace lif {
namespace {

constexpr int kMaxJobs = 1000;
constexpr int kRecordPage = 500;
constexpr int kMaxRecordPages = 20;  // looked through for one page of builds

using NewestFirst = std::map<std::string, BuildStatus, std::greater<>>;

bool WantsRecorded(const BuildFilter& filter) {
  return filter.states.empty() || std::find(filter.states.begin(), filter.states.end(),
                                            JobState::kDone) != filter.states.end();
}

absl::Status UnknownBuild(const std::string& build_id) {
  return WithResource(
      WithReason(absl::NotFoundError(absl::StrCat("no build ", Quoted(build_id),
                                                  " is queued or recorded; list them to see which "
                                                  "there are")),
                 "BUILD_NOT_FOUND"),
      "build", build_id);
}

absl::Status AddJobs(JobQueue& queue, const BuildFilter& filter, NewestFirst* found) {
  JobFilter job_filter;
  job_filter.pool = filter.pool;
  job_filter.manifest_id = filter.manifest_id;
  job_filter.kinds = {filter.kind};
  job_filter.limit = kMaxJobs;
  if (filter.states.size() == 1) job_filter.state = filter.states.front();
  LIF_ASSIGN_OR_RETURN(std::vector<JobView> jobs, queue.ListJobs(job_filter));
  for (JobView& job : jobs) {
    BuildStatus build;
    build.job = std::move(job);
    if (Matches(filter, build)) found->emplace(build.build_id(), std::move(build));
  }
  return absl::OkStatus();
}

// Looks through records, newest first, until `wanted` builds are found. Answers the ID down to
// which records were seen; "" when all were.
absl::StatusOr<std::string> AddRecords(RecordReader& records, const BuildFilter& filter,
                                       size_t wanted, NewestFirst* found) {
  RecordFilter record_filter;
  record_filter.kind = filter.kind;
  record_filter.manifest_id = filter.manifest_id;
  record_filter.platform = filter.platform;
  record_filter.before_build_id = filter.before_build_id;
  record_filter.limit = static_cast<int>(std::min<size_t>(wanted, kRecordPage));
  for (int page = 0; page < kMaxRecordPages; ++page) {
    LIF_ASSIGN_OR_RETURN(std::vector<Record> batch, records.ListRecords(record_filter));
    const bool last = batch.size() < static_cast<size_t>(record_filter.limit);
    if (!batch.empty()) record_filter.before_build_id = batch.back().build_id;
    for (Record& record : batch) {
      BuildStatus build;
      build.record = std::move(record);
      if (Matches(filter, build)) (*found)[build.build_id()].record = std::move(build.record);
    }
    if (last) return std::string();
    const auto older = found->upper_bound(record_filter.before_build_id);
    if (static_cast<size_t>(std::distance(found->begin(), older)) >= wanted) break;
  }
  return record_filter.before_build_id;
}

bool MatchesTenant(const std::string& tenant, const BuildStatus& build) {
  if (tenant.empty()) return true;
  if (!build.job) return build.record->tenant == tenant;
  const std::vector<std::string>& waiters = build.job->tenants;
  return build.job->tenant == tenant ||
         std::find(waiters.begin(), waiters.end(), tenant) != waiters.end();
}

}  // namespace

bool Matches(const BuildFilter& filter, const BuildStatus& build) {
  const bool is_job = build.job.has_value();
  const auto matches = [](const std::string& wanted, const std::string& is) {
    return wanted.empty() || wanted == is;
  };
  const JobState state = is_job ? build.job->state : JobState::kDone;
  return filter.kind == (is_job ? build.job->spec.kind : build.record->kind) &&
         matches(filter.manifest_id,
                 is_job ? build.job->spec.manifest_id : build.record->manifest_id) &&
         matches(filter.platform, is_job ? build.job->spec.platform : build.record->platform) &&
         MatchesTenant(filter.tenant, build) &&
         matches(filter.pool, is_job ? build.job->spec.pool : build.record->pool) &&
         (filter.states.empty() ||
          std::find(filter.states.begin(), filter.states.end(), state) != filter.states.end()) &&
         (filter.before_build_id.empty() || build.build_id() < filter.before_build_id);
}

absl::StatusOr<BuildStatus> BuildReader::Get(const std::string& build_id) const {
  if (!IsUlid(build_id)) {
    FieldErrors errors;
    errors.Add("build_id", absl::StrCat(Quoted(build_id),
                                        " is no build ID: write 26 characters such as "
                                        "01J9Z3NDEKTSV4RRFFQ69G5FAV"));
    return errors.ToStatus();
  }
  BuildStatus build;
  absl::StatusOr<JobView> job = queue_.GetJob(build_id);
  if (job.ok()) build.job = *std::move(job);
  if (!build.job && !absl::IsNotFound(job.status()) && !absl::IsUnavailable(job.status())) {
    return job.status();
  }
  if (build.job && build.job->state != JobState::kDone) return build;
  absl::StatusOr<Record> record = records_.GetRecord(build_id);
  if (record.ok()) {
    build.record = *std::move(record);
    return build;
  }
  // An ended job without a record still tells how it ended.
  if (absl::IsNotFound(record.status()) && build.job) return build;
  if (!absl::IsNotFound(record.status())) return record.status();
  return absl::IsNotFound(job.status()) ? UnknownBuild(build_id) : job.status();
}

absl::Status Explain(QueueAdmin& admin, BuildStatus* build) {
  if (build->over()) return absl::OkStatus();
  absl::StatusOr<WaitReason> why = admin.Explain(build->build_id());
  if (absl::IsNotFound(why.status())) return absl::OkStatus();  // it has just ended
  if (!why.ok()) return why.status();
  build->why = *std::move(why);
  return absl::OkStatus();
}

absl::Status ExplainUnknown(QueueAdmin& admin, const std::string& build_id,
                            const absl::Status& status) {
  if (!absl::IsNotFound(status)) return status;
  const absl::StatusOr<QueueTotals> totals = admin.CountTotals();
  // Build IDs sort by the time at which they were given.
  const bool before = totals.ok() && totals->rollbacks > 0 &&
                      build_id < NewUlid(std::max(totals->rolled_back, absl::UnixEpoch()));
  return before ? LostBuild(build_id) : status;
}

absl::Status LostBuild(const std::string& build_id) {
  return WithResource(
      WithReason(absl::NotFoundError(absl::StrCat(
                     "no build ", Quoted(build_id),
                     " is queued or recorded: the queue came back from an older state (lif doctor "
                     "tells when) and may have lost it; submit it again")),
                 "BUILD_LOST"),
      "build", build_id);
}

absl::StatusOr<BuildPage> BuildReader::List(const BuildFilter& filter) const {
  NewestFirst found;
  LIF_RETURN_IF_ERROR(AddJobs(queue_, filter, &found));
  // One more than asked for tells whether there is a next page.
  const size_t wanted = static_cast<size_t>(filter.limit) + 1;
  std::string seen_until;
  if (WantsRecorded(filter)) {
    LIF_ASSIGN_OR_RETURN(seen_until, AddRecords(records_, filter, wanted, &found));
  }
  BuildPage page;
  for (auto& [build_id, build] : found) {
    // Older jobs wait for a later page: recorded builds before them were not looked at.
    if (build_id < seen_until) break;
    if (page.builds.size() + 1 == wanted) {
      page.next = page.builds.back().build_id();
      return page;
    }
    page.builds.push_back(std::move(build));
  }
  page.next = seen_until;
  return page;
}

}  // namespace lif
