// Adapter of lif.v1.BuildService: messages to use cases and back.
#pragma once

#include <functional>

#include "controlplane/build_log_reader.h"
#include "controlplane/build_watcher.h"
#include "controlplane/cancel_build.h"
#include "controlplane/plan_builds.h"
#include "controlplane/plan_input.h"
#include "controlplane/prewarm.h"
#include "controlplane/rpc.h"
#include "controlplane/submit_builds.h"
#include "lif/v1/build_service.grpc.pb.h"

namespace lif {

// Thread-safe. All seams must outlive it.
class BuildServiceAdapter final : public v1::BuildService::Service {
 public:
  struct Seams {
    RpcRunner& runner;
    ManifestCache& manifests;
    RecordReader& records;
    JobQueue& queue;
    LayerIndex& layers;
    LayerLedgerReader& ledger;
    QueueAdmin& admin;
    BuildLog& log;
    BlobStore& blobs;
    Clock& clock;
    const lif::PlanBuilds& plan;
    const lif::Prewarm& prewarm;
    // Told of each submit that was answered; may be empty.
    std::function<void(const SubmitBuildsOutput&)> submitted = {};
  };
  explicit BuildServiceAdapter(Seams seams);

  grpc::Status SubmitBuilds(grpc::ServerContext* context, const v1::SubmitBuildsRequest* request,
                            v1::SubmitBuildsResponse* response) override;
  grpc::Status GetBuild(grpc::ServerContext* context, const v1::GetBuildRequest* request,
                        v1::GetBuildResponse* response) override;
  grpc::Status ListBuilds(grpc::ServerContext* context, const v1::ListBuildsRequest* request,
                          v1::ListBuildsResponse* response) override;
  grpc::Status WatchBuilds(grpc::ServerContext* context, const v1::WatchBuildsRequest* request,
                           grpc::ServerWriter<v1::WatchBuildsResponse>* writer) override;
  grpc::Status StreamBuildLog(grpc::ServerContext* context,
                              const v1::StreamBuildLogRequest* request,
                              grpc::ServerWriter<v1::StreamBuildLogResponse>* writer) override;
  grpc::Status CancelBuild(grpc::ServerContext* context, const v1::CancelBuildRequest* request,
                           v1::CancelBuildResponse* response) override;
  grpc::Status PlanBuilds(grpc::ServerContext* context, const v1::PlanBuildsRequest* request,
                          v1::PlanBuildsResponse* response) override;
  grpc::Status Prewarm(grpc::ServerContext* context, const v1::PrewarmRequest* request,
                       v1::PrewarmResponse* response) override;

 private:
  RpcRunner& runner_;
  QueueAdmin& admin_;
  Clock& clock_;
  const std::function<void(const SubmitBuildsOutput&)> submitted_;
  const lif::PlanBuilds& plan_;
  const lif::Prewarm& prewarm_;
  const lif::SubmitBuilds submit_;
  const BuildReader builds_;
  const lif::CancelBuild cancel_;
  const BuildWatcher watcher_;
  const BuildLogReader logs_;
};

}  // namespace lif
