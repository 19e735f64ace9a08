#include "controlplane/build_proto.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/ids.h"
#include "common/base/utf8.h"
#include "controlplane/field_errors.h"
#include "controlplane/paging.h"
#include "controlplane/proto_values.h"

namespace lif {
namespace {

// Clients receive 4 MiB by default: 1,000 builds of a page, 10,000 answers of a submit.
constexpr size_t kListedText = 500;
constexpr size_t kRoomForReply = 3'500'000;
constexpr size_t kCutReason = 120;

RerunPolicy RerunOf(v1::RerunPolicy policy) {
  switch (policy) {
    case v1::RERUN_POLICY_NEVER:
      return RerunPolicy::kNever;
    case v1::RERUN_POLICY_IF_FAILED:
      return RerunPolicy::kIfFailed;
    case v1::RERUN_POLICY_ALWAYS:
      return RerunPolicy::kAlways;
    default:
      return RerunPolicy::kDefault;
  }
}

v1::Disposition ToProto(SubmitAnswer answer) {
  switch (answer) {
    case SubmitAnswer::kReused:
      return v1::DISPOSITION_REUSED;
    case SubmitAnswer::kJoined:
      return v1::DISPOSITION_JOINED;
    case SubmitAnswer::kQueued:
      return v1::DISPOSITION_QUEUED;
    case SubmitAnswer::kInvalid:
      return v1::DISPOSITION_INVALID;
  }
  return v1::DISPOSITION_UNSPECIFIED;
}

void SetStep(const JobProgress& progress, v1::Step* out) {
  out->set_number(progress.step);
  out->set_total(progress.steps);
  out->set_name(Text(progress.step_name));
  out->set_cached(progress.cached);
}

bool HasStep(const JobProgress& progress) {
  return progress.step > 0 || !progress.step_name.empty();
}

std::string WaitingReason(const JobView& job) {
  switch (job.state) {
    case JobState::kReady:
      return absl::StrCat("waits for a free executor of pool ", Text(job.spec.pool));
    case JobState::kWaiting:
    case JobState::kParked:
      return "waits for layers that other jobs build";
    case JobState::kDelayed:
      return absl::StrCat("backs off before attempt ", job.attempt, " of ", job.spec.max_attempts);
    default:
      return "";
  }
}

void SetJob(const JobView& job, v1::Build* out) {
  out->set_build_id(Text(job.spec.build_id));
  out->set_build_key(Text(job.spec.key));
  out->set_generation(job.spec.generation);
  out->set_manifest_id(Text(job.spec.manifest_id));
  out->set_platform(Text(job.spec.platform));
  out->set_state(job.dead ? v1::BUILD_STATE_DEAD : ToProto(job.state));
  out->set_kind(ToProto(job.spec.kind));
  out->set_pool(Text(job.spec.pool));
  out->set_attempt(job.attempt);
  out->set_max_attempts(job.spec.max_attempts);
  out->set_crashes(job.crash_count);
  out->set_executor(Text(job.executor));
  out->set_priority(job.priority);
  for (const std::string& tenant : job.tenants) out->add_tenants(Text(tenant));
  if (IsTime(job.submitted)) SetTime(job.submitted, out->mutable_submitted_at());
  if (IsTime(job.started)) SetTime(job.started, out->mutable_started_at());
  if (IsTime(job.finished)) SetTime(job.finished, out->mutable_ended_at());
  if (job.state == JobState::kDelayed && IsTime(job.not_before)) {
    SetTime(job.not_before, out->mutable_not_before());
  }
  out->set_waiting_reason(WaitingReason(job));
  out->set_cancel_requested(job.cancel_requested);
  out->set_message(Text(job.last_error));
  out->set_steps_cached(job.progress.steps_cached);
  out->set_log_bytes(job.progress.log_bytes);
  if (job.state == JobState::kActive) {
    out->set_stage(Text(job.progress.stage));
    if (HasStep(job.progress)) SetStep(job.progress, out->mutable_step());
  }
  if (const auto outcome = ParseOutcome(job.outcome)) out->set_outcome(ToProto(*outcome));
}

void SetRecorded(const Record& record, v1::Build* out) {
  out->set_build_id(Text(record.build_id));
  out->set_build_key(Text(record.build_key));
  out->set_generation(record.generation);
  out->set_manifest_id(Text(record.manifest_id));
  out->set_platform(Text(record.platform));
  out->set_state(v1::BUILD_STATE_DONE);
  out->set_kind(ToProto(record.kind));
  out->set_outcome(ToProto(record.outcome));
  out->set_pool(Text(record.pool));
  out->set_attempt(record.attempt);
  out->set_executor(Text(record.executor));
  if (out->tenants().empty() && !record.tenant.empty()) out->add_tenants(Text(record.tenant));
  if (IsTime(record.submitted)) SetTime(record.submitted, out->mutable_submitted_at());
  if (IsTime(record.started)) SetTime(record.started, out->mutable_started_at());
  if (IsTime(record.finished)) SetTime(record.finished, out->mutable_ended_at());
  out->set_image(Text(record.image));
  out->set_steps_cached(record.steps_cached);
  out->set_waiting_reason("");
  if (record.outcome != Outcome::kCompatible) {
    SetFailure(record.failure, out->mutable_failure());
  }
}

// What a person reads beside an event.
std::string EventMessage(const v1::Build& build) {
  switch (build.state()) {
    case v1::BUILD_STATE_DONE:
      return build.has_failure() ? build.failure().message() : "";
    case v1::BUILD_STATE_DELAYED:
    case v1::BUILD_STATE_DEAD:
    case v1::BUILD_STATE_ENDING:
      return build.message();
    case v1::BUILD_STATE_RUNNING:
      return build.cancel_requested() ? "is being cancelled" : "";
    default:
      return build.waiting_reason();
  }
}

}  // namespace

absl::StatusOr<SubmitBuildsInput> SubmitInputOf(const v1::SubmitBuildsRequest& request) {
  FieldErrors errors;
  if (!v1::RerunPolicy_IsValid(request.rerun())) {
    errors.Add("rerun", absl::StrCat("has no value ", static_cast<int>(request.rerun())));
  }
  if (!errors.empty()) return errors.ToStatus();
  SubmitBuildsInput input;
  input.builds.reserve(static_cast<size_t>(request.builds_size()));
  for (const v1::BuildRequest& build : request.builds()) {
    input.builds.push_back(
        {build.manifest_id(), {build.platforms().begin(), build.platforms().end()}});
  }
  input.priority = request.priority();
  input.rerun = RerunOf(request.rerun());
  input.tenant = request.tenant();
  input.request_id = request.request_id();
  input.reject_unschedulable = request.reject_unschedulable();
  input.validate_only = request.validate_only();
  const absl::Duration ttl = DurationOf(request.queue_ttl());
  if (ttl != absl::ZeroDuration()) input.queue_ttl = ttl;
  return input;
}

void SetSubmitResponse(const SubmitBuildsOutput& output, v1::SubmitBuildsResponse* response) {
  response->set_request_id(output.request_id);
  int counts[4] = {};
  for (const SubmittedBuild& build : output.builds) {
    ++counts[static_cast<int>(build.answer)];
    v1::SubmittedBuild* out = response->add_builds();
    out->set_manifest_id(Text(build.manifest_id));
    out->set_platform(Text(build.platform));
    out->set_disposition(ToProto(build.answer));
    out->set_build_id(build.build_id);
    out->set_build_key(build.build_key);
    out->set_generation(build.generation);
    out->set_reason(Text(build.reason));
    out->set_pool(build.pool);
    out->set_invalid_code(build.invalid_code);
    if (build.outcome) out->set_outcome(ToProto(*build.outcome));
  }
  if (response->ByteSizeLong() > kRoomForReply) {
    for (v1::SubmittedBuild& build : *response->mutable_builds()) {
      build.set_reason(TruncateUtf8(build.reason(), kCutReason));
    }
  }
  for (const std::string& warning : output.warnings) response->add_warnings(warning);
  response->set_reused(counts[static_cast<int>(SubmitAnswer::kReused)]);
  response->set_joined(counts[static_cast<int>(SubmitAnswer::kJoined)]);
  response->set_queued(counts[static_cast<int>(SubmitAnswer::kQueued)]);
  response->set_invalid(counts[static_cast<int>(SubmitAnswer::kInvalid)]);
}

void SetBuild(const BuildStatus& build, v1::Build* out) {
  out->set_ahead(-1);
  if (build.job) SetJob(*build.job, out);
  if (!build.why.text.empty()) out->set_waiting_reason(Text(build.why.text));
  if (build.why.ahead >= 0) out->set_ahead(build.why.ahead);
  if (build.record) SetRecorded(*build.record, out);
}

void SetListedBuild(const BuildStatus& build, v1::Build* out) {
  SetBuild(build, out);
  out->set_message(TruncateUtf8(out->message(), kListedText));
  if (out->has_failure()) ShortenFailure(kListedText, out->mutable_failure());
}

void SetEvent(const BuildStatus& build, absl::Time at, v1::BuildEvent* out) {
  v1::Build view;
  SetBuild(build, &view);
  out->set_build_id(view.build_id());
  out->set_manifest_id(view.manifest_id());
  out->set_platform(view.platform());
  SetTime(at, out->mutable_at());
  out->set_state(view.state());
  out->set_stage(view.stage());
  out->set_message(EventMessage(view));
  out->set_executor(view.executor());
  out->set_attempt(view.attempt());
  out->set_max_attempts(view.max_attempts());
  if (view.has_not_before()) *out->mutable_not_before() = view.not_before();
  out->set_steps_cached(view.steps_cached());
  out->set_log_bytes(view.log_bytes());
  out->set_last(build.over());
  if (view.has_step()) *out->mutable_step() = std::move(*view.mutable_step());
  if (!build.over()) return;
  out->set_outcome(view.outcome());
  out->set_image(view.image());
  if (view.has_failure()) *out->mutable_failure() = std::move(*view.mutable_failure());
}

absl::StatusOr<BuildFilter> BuildFilterOf(const v1::ListBuildsRequest& request) {
  FieldErrors errors;
  BuildFilter filter;
  filter.limit = CheckPageSize(request.page_size(), &errors);
  filter.before_build_id = request.page_token();
  if (!request.page_token().empty() && !IsUlid(request.page_token())) {
    errors.Add("page_token", "was not answered by ListBuilds: leave it empty for the first page");
  }
  filter.manifest_id = request.manifest_id();
  filter.platform = request.platform();
  filter.tenant = request.tenant();
  filter.pool = request.pool();
  if (request.kind() != v1::JOB_KIND_UNSPECIFIED) {
    bool known = false;
    for (const JobKind candidate : {JobKind::kLayer, JobKind::kImage, JobKind::kIndex}) {
      if (ToProto(candidate) != request.kind()) continue;
      filter.kind = candidate;
      known = true;
    }
    if (!known) errors.Add("kind", absl::StrCat("has no value ", request.kind()));
  }
  for (const int value : request.states()) {
    const auto state = static_cast<v1::BuildState>(value);
    bool known = false;
    for (const JobState candidate :
         {JobState::kWaiting, JobState::kReady, JobState::kDelayed, JobState::kActive,
          JobState::kParked, JobState::kEnding, JobState::kDone}) {
      if (ToProto(candidate) != state) continue;
      filter.states.push_back(candidate);
      known = true;
    }
    // Dead letters are a list of their own, and an unknown number is a mistake.
    if (!known) errors.Add("states", absl::StrCat("has no builds of value ", value));
  }
  if (!errors.empty()) return errors.ToStatus();
  return filter;
}

}  // namespace lif
