// Prewarm of lif.v1.BuildService: its messages to the use case and back.
#include <grpcpp/server_context.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "controlplane/build_proto.h"
#include "controlplane/build_service.h"
#include "controlplane/field_errors.h"
#include "controlplane/proto_values.h"
#include "controlplane/submit_request.h"

namespace lif {
namespace {

constexpr size_t kMaxTold = 1000;  // stacks of one answer
constexpr size_t kMaxFilter = 200;
constexpr int kMostUrgent = 10;

void CheckNames(const v1::PrewarmRequest& request, FieldErrors* errors) {
  if (request.match().size() > kMaxFilter) {
    errors->Add("match", absl::StrCat("is longer than ", kMaxFilter, " bytes"));
  }
  if (!request.base().empty() && !IsName(request.base())) {
    errors->Add("base", Quoted(request.base()) + " is no base name: use a-z 0-9 . _ -");
  }
  if (!request.tenant().empty() && !IsTenant(request.tenant())) {
    errors->Add("tenant", Quoted(request.tenant()) +
                              " is malformed: use 1 to 63 of a-z 0-9 . _ -, starting with a-z or "
                              "0-9");
  }
  if (!request.request_id().empty() && !IsUlid(request.request_id())) {
    errors->Add("request_id", Quoted(request.request_id()) +
                                  " is no ULID: leave it empty, or write 26 characters of "
                                  "Crockford base 32");
  }
}

absl::StatusOr<PrewarmInput> InputOf(const v1::PrewarmRequest& request,
                                     const std::string& traceparent) {
  FieldErrors errors;
  CheckNames(request, &errors);
  PrewarmInput input;
  input.match = request.match();
  input.base = request.base();
  for (int i = 0; i < request.platforms_size(); ++i) {
    absl::StatusOr<Platform> platform = ParsePlatform(request.platforms(i));
    if (platform.ok()) {
      input.platforms.push_back(*std::move(platform));
    } else {
      errors.Add(absl::StrCat("platforms[", i, "]"), std::string(platform.status().message()));
    }
  }
  if (request.limit() < 0) {
    errors.Add("limit", absl::StrCat("is ", request.limit(), "; write 1 or more, or 0 for all"));
  }
  if (request.priority() < -kMostUrgent || request.priority() > kMostUrgent) {
    errors.Add("priority",
               absl::StrCat("is ", request.priority(), "; write -10 (last) to 10 (first)"));
  }
  if (!errors.empty()) return errors.ToStatus();
  input.limit = static_cast<size_t>(request.limit());
  input.tenant = request.tenant();
  input.priority = request.priority();
  input.request_id = request.request_id();
  input.validate_only = request.validate_only();
  input.traceparent = traceparent;
  return input;
}

v1::Disposition DispositionOf(SubmitAnswer answer) {
  switch (answer) {
    case SubmitAnswer::kReused:
      return v1::DISPOSITION_REUSED;
    case SubmitAnswer::kJoined:
      return v1::DISPOSITION_JOINED;
    case SubmitAnswer::kQueued:
      return v1::DISPOSITION_QUEUED;
    case SubmitAnswer::kInvalid:
      break;
  }
  return v1::DISPOSITION_INVALID;
}

void SetStack(const PrewarmedStack& stack, v1::PrewarmedStack* out) {
  out->set_layer_key(stack.ranked.stack.key);
  out->set_platform(stack.ranked.stack.platform.ToString());
  for (const ChainLayer& layer : stack.ranked.stack.chain.layers) {
    out->add_modules(layer.module_ref);
  }
  out->set_manifests(stack.ranked.stack.manifests);
  SetDuration(stack.ranked.rank, out->mutable_rank());
  SetDuration(stack.ranked.cost, out->mutable_cost());
  out->set_disposition(DispositionOf(stack.answer));
  out->set_job_id(stack.job_id);
  out->set_build_id(Text(stack.build_id));
  out->set_image(Text(stack.image));
  out->set_layers_reused(stack.layers_reused);
  out->set_layers_joined(stack.layers_joined);
  out->set_layers_queued(stack.layers_queued);
}

void SetPrewarm(const PrewarmOutput& output, v1::PrewarmResponse* out) {
  out->set_request_id(output.request_id);
  int reused = 0, joined = 0, queued = 0;
  for (const PrewarmedStack& stack : output.stacks) {
    ++(stack.answer == SubmitAnswer::kReused   ? reused
       : stack.answer == SubmitAnswer::kJoined ? joined
                                               : queued);
    if (out->stacks_size() < static_cast<int>(kMaxTold)) SetStack(stack, out->add_stacks());
  }
  out->set_reused(reused);
  out->set_joined(joined);
  out->set_queued(queued);
  out->set_beyond_limit(static_cast<int>(output.beyond_limit));
  SetDuration(output.assumed_cost, out->mutable_assumed_cost());
  for (const std::string& warning : output.warnings) out->add_warnings(Text(warning));
}

}  // namespace

grpc::Status BuildServiceAdapter::Prewarm(grpc::ServerContext* context,
                                          const v1::PrewarmRequest* request,
                                          v1::PrewarmResponse* response) {
  return runner_.Run("Prewarm", RpcKind::kUnary, [&]() -> absl::Status {
    LIF_ASSIGN_OR_RETURN(const PrewarmInput input, InputOf(*request, TraceparentOf(*context)));
    LIF_ASSIGN_OR_RETURN(const PrewarmOutput output,
                         prewarm_.Run(input, [context] { return context->IsCancelled(); }));
    SetPrewarm(output, response);
    return absl::OkStatus();
  });
}

}  // namespace lif
