#include "controlplane/build_service.h"

#include <grpcpp/server_context.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "controlplane/build_layers.h"
#include "controlplane/build_proto.h"
#include "controlplane/field_errors.h"
#include "controlplane/proto_values.h"
#include "controlplane/submit_request.h"

namespace lif {
namespace {

constexpr int kMaxWatched = 1000;
constexpr absl::Duration kLongestCancelWait = absl::Seconds(60);
constexpr absl::Duration kAnswerTime = absl::Milliseconds(500);  // left of a call's deadline

absl::Status CheckWatch(const v1::WatchBuildsRequest& request) {
  FieldErrors errors;
  if (request.build_ids().empty()) errors.Add("build_ids", "is empty: name at least one build");
  if (request.build_ids_size() > kMaxWatched) {
    errors.Add("build_ids", absl::StrCat("has ", request.build_ids_size(), " entries; at most ",
                                         kMaxWatched, " are allowed: watch in several calls"));
    return errors.ToStatus();
  }
  for (int i = 0; i < request.build_ids_size(); ++i) {
    if (!IsUlid(request.build_ids(i))) {
      errors.Add(absl::StrCat("build_ids[", i, "]"), absl::StrCat(Quoted(request.build_ids(i)),
                                                                  " is no build ID: write its 26 "
                                                                  "characters"));
    }
  }
  return errors.ToStatus();
}

absl::Status CheckCancel(const v1::CancelBuildRequest& request) {
  FieldErrors errors;
  if (!IsUlid(request.build_id())) {
    errors.Add("build_id", Quoted(request.build_id()) + " is no build ID: write its 26 characters");
  }
  if (!request.tenant().empty() && !IsTenant(request.tenant())) {
    errors.Add("tenant", Quoted(request.tenant()) + " is malformed");
  }
  if (request.all_waiters() && !request.tenant().empty()) {
    errors.Add("tenant", "must be empty with all_waiters: it speaks for all of them");
  }
  if (request.has_wait() && (DurationOf(request.wait()) < absl::ZeroDuration() ||
                             DurationOf(request.wait()) > kLongestCancelWait)) {
    errors.Add("wait", "must be 0 s to 60 s; leave it out for 15 s");
  }
  return errors.ToStatus();
}

CancelBuildInput CancelInputOf(const v1::CancelBuildRequest& request, absl::Time deadline,
                               absl::Time now) {
  CancelBuildInput input;
  input.build_id = request.build_id();
  // The queue takes no tenant for all of them.
  input.tenant = request.all_waiters()      ? ""
                 : request.tenant().empty() ? "default"
                                            : request.tenant();
  if (request.has_wait()) input.wait = DurationOf(request.wait());
  // An answer in time is worth more than the end of the wait.
  input.wait = std::clamp(deadline - now - kAnswerTime, absl::ZeroDuration(), input.wait);
  return input;
}

v1::CancelResult ToProto(CancelAnswer answer) {
  switch (answer) {
    case CancelAnswer::kCancelled:
      return v1::CANCEL_RESULT_CANCELLED;
    case CancelAnswer::kEnded:
      return v1::CANCEL_RESULT_ENDED;
    case CancelAnswer::kRequested:
      return v1::CANCEL_RESULT_REQUESTED;
    case CancelAnswer::kLeft:
      return v1::CANCEL_RESULT_LEFT;
    case CancelAnswer::kAlreadyDone:
      return v1::CANCEL_RESULT_ALREADY_DONE;
  }
  return v1::CANCEL_RESULT_UNSPECIFIED;
}

}  // namespace

BuildServiceAdapter::BuildServiceAdapter(Seams seams)
    : runner_(seams.runner),
      admin_(seams.admin),
      clock_(seams.clock),
      submitted_(seams.submitted),
      plan_(seams.plan),
      prewarm_(seams.prewarm),
      submit_(
          {seams.manifests, seams.records, seams.queue, seams.layers, seams.ledger, seams.clock}),
      builds_(seams.queue, seams.records),
      cancel_({seams.queue, seams.records, seams.clock}),
      watcher_({seams.queue, seams.records, seams.clock}),
      logs_({seams.queue, seams.records, seams.log, seams.blobs, seams.clock}) {}

grpc::Status BuildServiceAdapter::SubmitBuilds(grpc::ServerContext* context,
                                               const v1::SubmitBuildsRequest* request,
                                               v1::SubmitBuildsResponse* response) {
  return runner_.Run("SubmitBuilds", RpcKind::kUnary, [&]() -> absl::Status {
    LIF_ASSIGN_OR_RETURN(SubmitBuildsInput input, SubmitInputOf(*request));
    input.traceparent = TraceparentOf(*context);
    LIF_ASSIGN_OR_RETURN(const SubmitBuildsOutput output,
                         submit_.Run(input, [context] { return context->IsCancelled(); }));
    if (submitted_) submitted_(output);
    SetSubmitResponse(output, response);
    return absl::OkStatus();
  });
}

grpc::Status BuildServiceAdapter::GetBuild(grpc::ServerContext*, const v1::GetBuildRequest* request,
                                           v1::GetBuildResponse* response) {
  return runner_.Run("GetBuild", RpcKind::kUnary, [&]() -> absl::Status {
    absl::StatusOr<BuildStatus> found = builds_.Get(request->build_id());
    if (!found.ok()) return ExplainUnknown(admin_, request->build_id(), found.status());
    BuildStatus build = *std::move(found);
    LIF_RETURN_IF_ERROR(Explain(admin_, &build));
    SetBuild(build, response->mutable_build());
    if (build.record) SetReuse(*build.record, response);
    return absl::OkStatus();
  });
}

grpc::Status BuildServiceAdapter::ListBuilds(grpc::ServerContext*,
                                             const v1::ListBuildsRequest* request,
                                             v1::ListBuildsResponse* response) {
  return runner_.Run("ListBuilds", RpcKind::kUnary, [&]() -> absl::Status {
    LIF_ASSIGN_OR_RETURN(const BuildFilter filter, BuildFilterOf(*request));
    LIF_ASSIGN_OR_RETURN(const BuildPage page, builds_.List(filter));
    for (const BuildStatus& build : page.builds) SetListedBuild(build, response->add_builds());
    response->set_next_page_token(page.next);
    return absl::OkStatus();
  });
}

grpc::Status BuildServiceAdapter::WatchBuilds(grpc::ServerContext* context,
                                              const v1::WatchBuildsRequest* request,
                                              grpc::ServerWriter<v1::WatchBuildsResponse>* writer) {
  return runner_.Run("WatchBuilds", RpcKind::kStream, [&]() -> absl::Status {
    LIF_RETURN_IF_ERROR(CheckWatch(*request));
    const std::vector<std::string> build_ids(request->build_ids().begin(),
                                             request->build_ids().end());
    return watcher_.Watch(
        build_ids,
        [&](const BuildStatus& build) {
          v1::WatchBuildsResponse response;
          SetEvent(build, clock_.Now(), response.mutable_event());
          return writer->Write(response);
        },
        runner_.EndOf(context));
  });
}

grpc::Status BuildServiceAdapter::StreamBuildLog(
    grpc::ServerContext* context, const v1::StreamBuildLogRequest* request,
    grpc::ServerWriter<v1::StreamBuildLogResponse>* writer) {
  return runner_.Run("StreamBuildLog", RpcKind::kStream, [&]() -> absl::Status {
    if (request->offset() < 0) {
      FieldErrors errors;
      errors.Add("offset", "is negative: write 0 for the whole log");
      return errors.ToStatus();
    }
    return logs_.Read(
        request->build_id(), {request->offset(), request->follow()},
        [&](const LogPiece& piece) {
          v1::StreamBuildLogResponse response;
          response.set_offset(piece.offset);
          response.set_data(std::string(piece.data));
          response.set_end(piece.end);
          return writer->Write(response);
        },
        runner_.EndOf(context));
  });
}

grpc::Status BuildServiceAdapter::CancelBuild(grpc::ServerContext* context,
                                              const v1::CancelBuildRequest* request,
                                              v1::CancelBuildResponse* response) {
  return runner_.Run("CancelBuild", RpcKind::kUnary, [&]() -> absl::Status {
    LIF_RETURN_IF_ERROR(CheckCancel(*request));
    const CancelBuildInput input =
        CancelInputOf(*request, absl::FromChrono(context->deadline()), absl::Now());
    LIF_ASSIGN_OR_RETURN(const CancelBuildOutput output,
                         cancel_.Run(input, runner_.EndOf(context)));
    response->set_result(ToProto(output.answer));
    SetBuild(output.build, response->mutable_build());
    return absl::OkStatus();
  });
}

}  // namespace lif
