// What a pipeline works with: the stores, the engine, and the limits. References only; whoever
// wires the executor owns them, and they outlive every job.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/blobs/blob_store.h"
#include "common/catalog/catalog_reader.h"
#include "common/catalog/digests.h"
#include "common/log/logger.h"
#include "common/queue/build_log.h"
#include "common/queue/job_queue.h"
#include "common/records/layer_ledger.h"
#include "common/records/record_store.h"
#include "executor/build_observer.h"
#include "executor/image_builder.h"
#include "executor/image_registry.h"
#include "executor/image_tester.h"
#include "executor/lease_keeper.h"
#include "executor/sbom_generator.h"
#include "executor/workspace.h"

namespace lif {

struct StageLimits {
  absl::Duration prepare = absl::Minutes(2);
  absl::Duration contexts = absl::Minutes(5);
  absl::Duration build = absl::Hours(1);
  absl::Duration push = absl::Minutes(15);
  absl::Duration pull = absl::Minutes(10);
  absl::Duration sbom = absl::Minutes(10);
  // For blobs, record, publish and complete together, when stores are away.
  absl::Duration settle = absl::Minutes(30);
  uint64_t min_free_disk = uint64_t{2} << 30;  // bytes on the state directory's disk
};

struct ExecutorIdentity {
  std::string id;
  std::string pool;
  std::string platform;
  std::vector<std::string> capabilities;            // sorted
  std::string registry;                             // "host:port/prefix" of images and caches
  std::string secret_dir;                           // files named as secrets' IDs; "" for none
  bool registry_cache = true;                       // import and export build caches
  std::string cache_name = "cache";                 // repository of these, below `registry`
  std::map<std::string, std::string> image_labels;  // added to every image's configuration
  Recipe recipe;
};

class SpoolSettler;

struct Services {
  Clock& clock;
  WorkQueue& queue;
  LeaseKeeper& leases;
  BuildLog& build_log;
  CatalogReader& catalog;
  RecordReader& records;
  RecordWriter& record_writer;
  FleetLock& fleet_lock;
  BlobStore& blobs;
  ImageBuilder& builder;
  ImageRegistry& registry;
  ImageTester& tester;
  SbomGenerator* sbom;  // null: builds are recorded without an SBOM
  StateDirectory& state;
  Logger logger;
  ExecutorIdentity identity;
  StageLimits limits;
  BuildObserver* observer = nullptr;  // or nobody counts
  SpoolSettler* spool = nullptr;      // or results wait where they were made
  // All three, or none: then there are image jobs alone, which build all of their layers.
  LayerLedgerReader* ledger = nullptr;
  LayerLedgerWriter* ledger_writer = nullptr;
  JobQueue* jobs = nullptr;  // for jobs that another turns out to need
};

}  // namespace lif
