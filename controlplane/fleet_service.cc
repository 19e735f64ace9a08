#include "controlplane/fleet_service.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/grpc_status.h"
#include "common/base/near_match.h"
#include "common/base/status_macros.h"
#include "controlplane/field_errors.h"
#include "controlplane/fleet_proto.h"
#include "controlplane/paging.h"
#include "controlplane/proto_values.h"

namespace lif {
namespace {

constexpr int kMaxTenants = 200;
constexpr absl::Duration kDefaultPeriod = absl::Seconds(2);
constexpr absl::Duration kShortestPeriod = absl::Seconds(1);
constexpr absl::Duration kLongestPeriod = absl::Seconds(60);

absl::StatusOr<std::vector<JobView>> ActiveJobs(JobQueue& queue) {
  JobFilter active;
  active.state = JobState::kActive;
  active.limit = 1000;
  return queue.ListJobs(active);
}

absl::Status UnknownExecutor(const std::string& id, const std::vector<ExecutorInfo>& executors) {
  std::vector<std::string> ids;
  for (const ExecutorInfo& executor : executors) ids.push_back(executor.id);
  return WithResource(
      WithReason(absl::NotFoundError(absl::StrCat("no executor ", Quoted(id), " is registered",
                                                  DidYouMean(id, ids))),
                 "EXECUTOR_NOT_FOUND"),
      "executor", id);
}

}  // namespace

grpc::Status FleetServiceAdapter::GetSummary(grpc::ServerContext*, const v1::GetSummaryRequest*,
                                             v1::GetSummaryResponse* response) {
  return seams_.runner.Run("GetSummary", RpcKind::kUnary, [&]() -> absl::Status {
    SetSummary(seams_.summary.Read(), seams_.factory, response->mutable_summary());
    return absl::OkStatus();
  });
}

grpc::Status FleetServiceAdapter::ListPools(grpc::ServerContext*, const v1::ListPoolsRequest*,
                                            v1::ListPoolsResponse* response) {
  return seams_.runner.Run("ListPools", RpcKind::kUnary, [&]() -> absl::Status {
    LIF_ASSIGN_OR_RETURN(const std::vector<PoolStats> pools, seams_.queue.ListPools());
    LIF_ASSIGN_OR_RETURN(const std::vector<ExecutorInfo> executors, seams_.queue.ListExecutors());
    LIF_ASSIGN_OR_RETURN(const std::vector<TenantStatus> tenants,
                         seams_.admin.ListTenants(kMaxTenants));
    for (const PoolStats& pool : pools) SetPool(pool, executors, response->add_pools());
    SetTenants(tenants, response);
    return absl::OkStatus();
  });
}

grpc::Status FleetServiceAdapter::ListExecutors(grpc::ServerContext*,
                                                const v1::ListExecutorsRequest* request,
                                                v1::ListExecutorsResponse* response) {
  return seams_.runner.Run("ListExecutors", RpcKind::kUnary, [&]() -> absl::Status {
    FieldErrors errors;
    const int limit = CheckPageSize(request->page_size(), &errors);
    LIF_RETURN_IF_ERROR(errors.ToStatus());
    LIF_ASSIGN_OR_RETURN(std::vector<ExecutorInfo> executors, seams_.queue.ListExecutors());
    LIF_ASSIGN_OR_RETURN(const std::vector<JobView> active, ActiveJobs(seams_.queue));
    std::sort(executors.begin(), executors.end(),
              [](const ExecutorInfo& a, const ExecutorInfo& b) { return a.id < b.id; });
    for (const ExecutorInfo& executor : executors) {
      if (executor.id <= request->page_token()) continue;
      if (!request->pool().empty() && executor.pool != request->pool()) continue;
      if (response->executors_size() == limit) {
        response->set_next_page_token(response->executors(limit - 1).id());
        break;
      }
      SetExecutor(executor, active, response->add_executors());
    }
    return absl::OkStatus();
  });
}

grpc::Status FleetServiceAdapter::WatchSummary(
    grpc::ServerContext* context, const v1::WatchSummaryRequest* request,
    grpc::ServerWriter<v1::WatchSummaryResponse>* writer) {
  return seams_.runner.Run("WatchSummary", RpcKind::kStream, [&]() -> absl::Status {
    const absl::Duration period =
        request->has_period() ? DurationOf(request->period()) : kDefaultPeriod;
    if (period < kShortestPeriod || period > kLongestPeriod) {
      FieldErrors errors;
      errors.Add("period", "must be 1 s to 60 s; leave it out for 2 s");
      return errors.ToStatus();
    }
    const CallEnd end = seams_.runner.EndOf(context);
    while (true) {
      v1::WatchSummaryResponse response;
      SetSummary(seams_.summary.Read(), seams_.factory, response.mutable_summary());
      if (!writer->Write(response)) return ClientLeft();
      LIF_RETURN_IF_ERROR(end.Pause(seams_.clock, period));
    }
  });
}

grpc::Status FleetServiceAdapter::DrainExecutor(grpc::ServerContext*,
                                                const v1::DrainExecutorRequest* request,
                                                v1::DrainExecutorResponse* response) {
  return seams_.runner.Run("DrainExecutor", RpcKind::kUnary, [&]() -> absl::Status {
    LIF_ASSIGN_OR_RETURN(std::vector<ExecutorInfo> executors, seams_.queue.ListExecutors());
    for (ExecutorInfo& executor : executors) {
      if (executor.id != request->executor_id()) continue;
      LIF_RETURN_IF_ERROR(seams_.queue.RequestDrain(executor.id, request->drain()));
      executor.draining = request->drain();
      // After the drain: what it claimed before is among them, and nothing joins them.
      LIF_ASSIGN_OR_RETURN(const std::vector<JobView> active, ActiveJobs(seams_.queue));
      SetExecutor(executor, active, response->mutable_executor());
      return absl::OkStatus();
    }
    return UnknownExecutor(request->executor_id(), executors);
  });
}

}  // namespace lif
