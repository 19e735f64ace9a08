// A control plane on fakes, reached over an in-process channel: what a client sees, with no server.
#pragma once

#include <grpcpp/client_context.h>

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "controlplane/build_service.h"
#include "controlplane/catalog_service.h"
#include "controlplane/fleet_service.h"
#include "controlplane/record_service.h"
#include "controlplane/server.h"
#include "lif/v1/build_service.grpc.pb.h"
#include "lif/v1/catalog_service.grpc.pb.h"
#include "lif/v1/fleet_service.grpc.pb.h"
#include "lif/v1/record_service.grpc.pb.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/memory_blob_store.h"
#include "tests/fakes/memory_build_log.h"
#include "tests/fakes/memory_catalog_reader.h"
#include "tests/fakes/memory_job_queue.h"
#include "tests/fakes/memory_layer_ledger.h"
#include "tests/fakes/memory_queue_admin.h"
#include "tests/fakes/memory_record_store.h"
#include "tests/fakes/memory_record_views.h"
#include "tests/support/test_catalog.h"

namespace lif {

class ControlPlane {
 public:
  explicit ControlPlane(RpcLimits limits = {});
  ~ControlPlane();

  // The server is told to shut down: streams end.
  void Stop() { stop_.request_stop(); }

  // An executor of the pool has sent a heartbeat.
  void RegisterExecutor(const std::string& id, const std::string& pool);
  // Claims the next job of the pool that is not a layer to be made, and must exist; makes the
  // layers that come before it. Those of a GPU's pool are made in amd64.
  ClaimedJob Claim(const std::string& pool = "amd64");
  // The ledger has all layers of the manifest, so that its builds wait for none.
  void HaveLayers(const std::string& manifest_id);
  // Claims the next job of the pool, whatever it is.
  ClaimedJob ClaimAny(const std::string& pool = "amd64");
  // Writes the ledger's row, or none after a failure, and the record; completes the job.
  void FinishLayer(const ClaimedJob& job, Outcome outcome);
  // Writes the record and completes the job, as an executor does.
  Record Finish(const ClaimedJob& job, Outcome outcome, std::vector<Artifact> artifacts = {});

  // One build of one manifest on linux/amd64.
  v1::SubmittedBuild SubmitOne(const std::string& manifest_id,
                               v1::RerunPolicy rerun = v1::RERUN_POLICY_DEFAULT);
  grpc::Status Submit(const v1::SubmitBuildsRequest& request, v1::SubmitBuildsResponse* response);

  FakeClock clock;
  MemoryCatalogReader catalog{TestCatalog()};
  MemoryRecordStore records;
  MemoryRecordViews record_views{records};
  MemoryJobQueue queue{&clock};
  MemoryQueueAdmin admin{queue};
  std::vector<Finding> health;  // what CheckHealth answers
  MemoryBuildLog log;
  MemoryBlobStore blobs;
  ManifestCache manifests{catalog, Recipe(), 1 << 20, clock};
  LayerIndex layers{catalog, Recipe()};
  MemoryLayerLedger ledger;

 private:
  std::optional<ClaimedJob> TryClaim(const std::string& pool);
  void CommitLayer(const std::string& key, int64_t generation, const std::string& build_id,
                   const std::string& platform);

  std::stop_source stop_;
  RpcRunner runner_;
  FleetSummaryReader summary_;
  SubmitBuilds submit_;
  DeadLetters dead_letters_;
  PlanBuilds plan_;
  Prewarm prewarm_;
  BuildServiceAdapter build_service_;
  Impact impact_;
  CatalogServiceAdapter catalog_service_;
  DiffBuilds diff_;
  RecordServiceAdapter record_service_;
  FleetServiceAdapter fleet_service_;
  std::unique_ptr<GrpcServer> server_;  // uses all of the above
  int claims_ = 0;

 public:
  std::unique_ptr<v1::BuildService::Stub> build;
  std::unique_ptr<v1::CatalogService::Stub> catalog_stub;
  std::unique_ptr<v1::RecordService::Stub> record;
  std::unique_ptr<v1::FleetService::Stub> fleet;
};

// Fails the test when `status` is not OK.
void RequireOk(const grpc::Status& status);

// ErrorInfo.reason, "" when there is none.
std::string ReasonIn(const grpc::Status& status);
// Field names of BadRequest.
std::vector<std::string> FieldsIn(const grpc::Status& status);

}  // namespace lif
