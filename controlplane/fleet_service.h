// Adapter of lif.v1.FleetService: messages to the queue's pools and executors and back.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/doctor/finding.h"
#include "controlplane/dead_letters.h"
#include "controlplane/fleet_summary.h"
#include "controlplane/rpc.h"
#include "lif/v1/fleet_service.grpc.pb.h"

namespace lif {

// Thread-safe. All seams must outlive it.
class FleetServiceAdapter final : public v1::FleetService::Service {
 public:
  struct Seams {
    RpcRunner& runner;
    FleetSummaryReader& summary;
    JobQueue& queue;
    QueueAdmin& admin;
    const DeadLetters& dead_letters;
    std::function<std::vector<Finding>()> health;  // what this replica finds; blocks
    Clock& clock;
    std::string factory;  // its name
  };
  explicit FleetServiceAdapter(Seams seams) : seams_(std::move(seams)) {}

  grpc::Status GetSummary(grpc::ServerContext* context, const v1::GetSummaryRequest* request,
                          v1::GetSummaryResponse* response) override;
  grpc::Status ListPools(grpc::ServerContext* context, const v1::ListPoolsRequest* request,
                         v1::ListPoolsResponse* response) override;
  grpc::Status ListExecutors(grpc::ServerContext* context, const v1::ListExecutorsRequest* request,
                             v1::ListExecutorsResponse* response) override;
  grpc::Status WatchSummary(grpc::ServerContext* context, const v1::WatchSummaryRequest* request,
                            grpc::ServerWriter<v1::WatchSummaryResponse>* writer) override;
  grpc::Status DrainExecutor(grpc::ServerContext* context, const v1::DrainExecutorRequest* request,
                             v1::DrainExecutorResponse* response) override;
  grpc::Status ListDeadLetters(grpc::ServerContext* context,
                               const v1::ListDeadLettersRequest* request,
                               v1::ListDeadLettersResponse* response) override;
  grpc::Status RetryDeadLetter(grpc::ServerContext* context,
                               const v1::RetryDeadLetterRequest* request,
                               v1::RetryDeadLetterResponse* response) override;
  grpc::Status DropDeadLetter(grpc::ServerContext* context,
                              const v1::DropDeadLetterRequest* request,
                              v1::DropDeadLetterResponse* response) override;
  grpc::Status CheckHealth(grpc::ServerContext* context, const v1::CheckHealthRequest* request,
                           v1::CheckHealthResponse* response) override;
  grpc::Status CheckQueue(grpc::ServerContext* context, const v1::CheckQueueRequest* request,
                          v1::CheckQueueResponse* response) override;
  grpc::Status RunGc(grpc::ServerContext*, const v1::RunGcRequest*, v1::RunGcResponse*) override {
    return RpcRunner::Unimplemented("RunGc");
  }

 private:
  Seams seams_;
};

}  // namespace lif
