// The calls of FleetService with which operators look after queue and stores.
#include "common/base/status_macros.h"
#include "common/config/version.h"
#include "controlplane/build_proto.h"
#include "controlplane/field_errors.h"
#include "controlplane/fleet_proto.h"
#include "controlplane/fleet_service.h"
#include "controlplane/paging.h"
#include "controlplane/proto_values.h"

namespace lif {
namespace {

constexpr int kDefaultViolations = 100;
constexpr int kMostViolations = 1000;

}  // namespace

grpc::Status FleetServiceAdapter::ListDeadLetters(grpc::ServerContext*,
                                                  const v1::ListDeadLettersRequest* request,
                                                  v1::ListDeadLettersResponse* response) {
  return seams_.runner.Run("ListDeadLetters", RpcKind::kUnary, [&]() -> absl::Status {
    FieldErrors errors;
    const int limit = CheckPageSize(request->page_size(), &errors);
    LIF_RETURN_IF_ERROR(errors.ToStatus());
    LIF_ASSIGN_OR_RETURN(const DeadLetterPage page,
                         seams_.dead_letters.List(request->pool(), request->page_token(), limit));
    for (const DeadLetter& letter : page.letters) {
      SetDeadLetter(letter, response->add_dead_letters());
    }
    response->set_next_page_token(page.next);
    return absl::OkStatus();
  });
}

grpc::Status FleetServiceAdapter::RetryDeadLetter(grpc::ServerContext*,
                                                  const v1::RetryDeadLetterRequest* request,
                                                  v1::RetryDeadLetterResponse* response) {
  return seams_.runner.Run("RetryDeadLetter", RpcKind::kUnary, [&]() -> absl::Status {
    LIF_ASSIGN_OR_RETURN(const BuildStatus build, seams_.dead_letters.Retry(request->job_id()));
    SetBuild(build, response->mutable_build());
    return absl::OkStatus();
  });
}

grpc::Status FleetServiceAdapter::DropDeadLetter(grpc::ServerContext*,
                                                 const v1::DropDeadLetterRequest* request,
                                                 v1::DropDeadLetterResponse*) {
  return seams_.runner.Run("DropDeadLetter", RpcKind::kUnary,
                           [&] { return seams_.dead_letters.Drop(request->job_id()); });
}

grpc::Status FleetServiceAdapter::CheckHealth(grpc::ServerContext*, const v1::CheckHealthRequest*,
                                              v1::CheckHealthResponse* response) {
  return seams_.runner.Run("CheckHealth", RpcKind::kUnary, [&]() -> absl::Status {
    for (const Finding& finding : seams_.health()) SetHealth(finding, response->add_checks());
    SetTime(seams_.clock.Now(), response->mutable_at());
    response->set_version(std::string(LifVersion()));
    return absl::OkStatus();
  });
}

grpc::Status FleetServiceAdapter::CheckQueue(grpc::ServerContext*,
                                             const v1::CheckQueueRequest* request,
                                             v1::CheckQueueResponse* response) {
  return seams_.runner.Run("CheckQueue", RpcKind::kUnary, [&]() -> absl::Status {
    if (request->limit() < 0 || request->limit() > kMostViolations) {
      FieldErrors errors;
      errors.Add("limit", "must be 1 to 1000, or 0 for 100");
      return errors.ToStatus();
    }
    const int limit = request->limit() == 0 ? kDefaultViolations : request->limit();
    LIF_ASSIGN_OR_RETURN(const QueueCheck check, seams_.admin.CheckQueue(limit));
    response->set_jobs_checked(check.jobs_checked);
    response->set_violation_count(check.violation_count);
    for (const QueueViolation& violation : check.violations) {
      v1::QueueViolation* out = response->add_violations();
      out->set_invariant(Text(violation.invariant));
      out->set_job_id(Text(violation.job_id));
      out->set_detail(Text(violation.detail));
    }
    return absl::OkStatus();
  });
}

}  // namespace lif
