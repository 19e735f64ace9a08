// A control plane on fakes for the fuzzer: it has a queued and a recorded build, and its streams
// end by themselves.
#pragma once

#include <memory>
#include <stop_token>

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

class RequestPlane {
 public:
  RequestPlane();
  ~RequestPlane();

 private:
  FakeClock clock_;
  MemoryCatalogReader catalog_reader_{TestCatalog()};
  MemoryRecordStore record_store_;
  MemoryRecordViews record_views_{record_store_};
  MemoryJobQueue queue_{&clock_};
  MemoryQueueAdmin admin_{queue_};
  MemoryBuildLog log_;
  MemoryBlobStore blobs_;
  ManifestCache manifests_{catalog_reader_, Recipe(), 1 << 20, clock_};
  LayerIndex layers_{catalog_reader_, Recipe()};
  MemoryLayerLedger ledger_;
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

 public:
  std::unique_ptr<v1::BuildService::Stub> build;
  std::unique_ptr<v1::CatalogService::Stub> catalog;
  std::unique_ptr<v1::RecordService::Stub> records;
  std::unique_ptr<v1::FleetService::Stub> fleet;
};

}  // namespace lif
