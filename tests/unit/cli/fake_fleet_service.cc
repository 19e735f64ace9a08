#include "common/base/grpc_status.h"
#include "tests/unit/cli/fake_factory.h"

namespace lif {

grpc::Status FakeFleetService::GetSummary(grpc::ServerContext*, const v1::GetSummaryRequest*,
                                          v1::GetSummaryResponse* response) {
  *response = summary;
  return grpc::Status::OK;
}

grpc::Status FakeFleetService::ListPools(grpc::ServerContext*, const v1::ListPoolsRequest*,
                                         v1::ListPoolsResponse* response) {
  *response = pools;
  return grpc::Status::OK;
}

grpc::Status FakeFleetService::ListExecutors(grpc::ServerContext*, const v1::ListExecutorsRequest*,
                                             v1::ListExecutorsResponse* response) {
  *response = executors;
  return grpc::Status::OK;
}

grpc::Status FakeFleetService::DrainExecutor(grpc::ServerContext*,
                                             const v1::DrainExecutorRequest* request,
                                             v1::DrainExecutorResponse* response) {
  drain_requests.push_back(*request);
  if (drains.empty())
    return ToGrpcStatus(absl::NotFoundError("no executor " + request->executor_id()));
  *response->mutable_executor() = drains.front();
  if (drains.size() > 1) drains.pop_front();
  return grpc::Status::OK;
}

grpc::Status FakeFleetService::ListDeadLetters(grpc::ServerContext*,
                                               const v1::ListDeadLettersRequest*,
                                               v1::ListDeadLettersResponse* response) {
  *response = dead_letters;
  return grpc::Status::OK;
}

grpc::Status FakeFleetService::RetryDeadLetter(grpc::ServerContext*,
                                               const v1::RetryDeadLetterRequest* request,
                                               v1::RetryDeadLetterResponse* response) {
  acted_on.push_back(request->job_id());
  *response = retry_reply;
  return grpc::Status::OK;
}

grpc::Status FakeFleetService::DropDeadLetter(grpc::ServerContext*,
                                              const v1::DropDeadLetterRequest* request,
                                              v1::DropDeadLetterResponse*) {
  acted_on.push_back(request->job_id());
  return grpc::Status::OK;
}

grpc::Status FakeFleetService::CheckHealth(grpc::ServerContext*, const v1::CheckHealthRequest*,
                                           v1::CheckHealthResponse* response) {
  *response = health;
  return grpc::Status::OK;
}

grpc::Status FakeFleetService::CheckQueue(grpc::ServerContext*, const v1::CheckQueueRequest*,
                                          v1::CheckQueueResponse* response) {
  *response = queue_check;
  return grpc::Status::OK;
}

}  // namespace lif
