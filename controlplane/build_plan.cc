// PlanBuilds of lif.v1.BuildService: its messages to the use case and back.
#include <grpcpp/server_context.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "controlplane/build_proto.h"
#include "controlplane/build_service.h"
#include "controlplane/field_errors.h"
#include "controlplane/proto_values.h"

namespace lif {
namespace {

constexpr int kDefaultTold = 100;
constexpr int kMaxTold = 500;  // with their layers they stay under what a client receives

absl::StatusOr<PlanBuildsInput> InputOf(const v1::PlanBuildsRequest& request) {
  v1::SubmitBuildsRequest submit;
  *submit.mutable_builds() = request.builds();
  submit.set_rerun(request.rerun());
  LIF_ASSIGN_OR_RETURN(SubmitBuildsInput asked, SubmitInputOf(submit));
  if (request.limit() < 0 || request.limit() > kMaxTold) {
    FieldErrors errors;
    errors.Add("limit", absl::StrCat("is ", request.limit(), "; write 1 to ", kMaxTold,
                                     ", or 0 for ", kDefaultTold));
    return errors.ToStatus();
  }
  PlanBuildsInput input;
  input.builds = std::move(asked.builds);
  input.rerun = asked.rerun;
  input.limit = static_cast<size_t>(request.limit() == 0 ? kDefaultTold : request.limit());
  return input;
}

void SetLayer(const AnsweredLayer& answered, v1::PlannedLayer* out) {
  const PlannedLayer& layer = answered.layer;
  out->set_layer_key(layer.key);
  out->set_module(layer.module_ref);
  out->set_slot(ToProto(layer.slot));
  out->set_disposition(ToProto(layer.use));
  out->set_reason(Text(layer.reason));
  out->set_job_id(layer.job_id);
  if (answered.estimate) SetDuration(*answered.estimate, out->mutable_estimate());
  out->set_cut(layer.cut);
  out->set_pool(answered.pool);
}

void SetJob(const AnsweredJob& answered, v1::PlannedJob* out) {
  const JobSpec& spec = answered.job.spec;
  out->set_job_id(spec.job_id);
  out->set_kind(ToProto(spec.kind));
  out->set_pool(spec.pool);
  for (const std::string& need : spec.needs) out->add_needs(need);
  if (answered.estimate) SetDuration(*answered.estimate, out->mutable_estimate());
  out->set_joined(answered.job.use == LayerUse::kJoined);
  out->set_manifest_id(spec.manifest_id);
  out->set_platform(spec.platform);
  for (const std::string& module : answered.modules) out->add_modules(module);
  out->set_reason(Text(answered.job.reason));
}

// As a submit would answer them.
v1::SubmitBuildsResponse Answers(const PlanBuildsOutput& output) {
  SubmitBuildsOutput submitted;
  for (const AnsweredBuild& build : output.builds) submitted.builds.push_back(build.build);
  v1::SubmitBuildsResponse response;
  SetSubmitResponse(submitted, &response);
  return response;
}

void SetPlan(const PlanBuildsOutput& output, v1::PlanBuildsResponse* out) {
  v1::SubmitBuildsResponse answers = Answers(output);
  for (size_t i = 0; i < output.builds.size(); ++i) {
    v1::PlannedBuild* build = out->add_builds();
    build->mutable_build()->Swap(answers.mutable_builds(static_cast<int>(i)));
    for (const AnsweredLayer& layer : output.builds[i].layers) SetLayer(layer, build->add_layers());
    build->set_change(Text(output.builds[i].change));
  }
  for (const AnsweredJob& job : output.jobs) SetJob(job, out->add_jobs());
  out->set_layers_reused(output.layers_reused);
  out->set_layers_joined(output.layers_joined);
  out->set_layers_built(output.layers_built);
  SetDuration(output.times.work, out->mutable_estimated_work());
  SetDuration(output.times.elapsed, out->mutable_estimated_elapsed());
  out->set_unknown_estimates(output.times.unknown);
  out->set_builds_reused(output.reused);
  out->set_builds_joined(output.joined);
  out->set_builds_queued(output.queued);
  out->set_builds_invalid(output.invalid);
  out->set_builds_left_out(static_cast<int>(output.builds_left_out));
  out->set_jobs_left_out(static_cast<int>(output.jobs_left_out));
  for (const std::string& warning : output.warnings) out->add_warnings(Text(warning));
}

}  // namespace

grpc::Status BuildServiceAdapter::PlanBuilds(grpc::ServerContext* context,
                                             const v1::PlanBuildsRequest* request,
                                             v1::PlanBuildsResponse* response) {
  return runner_.Run("PlanBuilds", RpcKind::kUnary, [&]() -> absl::Status {
    LIF_ASSIGN_OR_RETURN(const PlanBuildsInput input, InputOf(*request));
    LIF_ASSIGN_OR_RETURN(const PlanBuildsOutput output,
                         plan_.Run(input, [context] { return context->IsCancelled(); }));
    SetPlan(output, response);
    return absl::OkStatus();
  });
}

}  // namespace lif
