// Executors on a real Redis, PostgreSQL and blob directory; only engine and registry are fakes.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "common/blobs/file_blob_store.h"
#include "common/postgres_catalog/postgres_catalog_reader.h"
#include "common/queue/redis_build_log.h"
#include "common/queue/redis_job_queue.h"
#include "common/records/postgres_fleet_lock.h"
#include "common/records/postgres_layer_ledger.h"
#include "common/records/postgres_record_reader.h"
#include "common/records/postgres_record_writer.h"
#include "executor/executor_loop.h"
#include "executor/job_runner.h"
#include "executor/spool_settler.h"
#include "tests/fakes/fake_image_builder.h"
#include "tests/fakes/fake_image_registry.h"
#include "tests/fakes/fake_image_tester.h"
#include "tests/fakes/fake_sbom_generator.h"
#include "tests/support/postgres_server.h"
#include "tests/support/redis_server.h"
#include "tests/support/temporary_directory.h"

namespace lif {

// What the executors of a fleet share. EngineCatalog is published.
class Fleet {
 public:
  static constexpr absl::Duration kLease = absl::Seconds(2);

  Fleet();

  // Answers the build ID.
  std::string Submit(const std::string& manifest_id, int64_t generation = 1);
  JobView GetJob(const std::string& build_id);
  // Waits until the job is done; throws when it is not within a minute.
  void AwaitDone(const std::string& build_id);
  void AwaitState(const std::string& build_id, JobState state);
  Record GetRecord(const std::string& build_id);
  int64_t CountRecords();
  int64_t CountLayers();  // rows of the ledger

  SystemClock clock;
  TemporaryDirectory directory;
  std::unique_ptr<RedisServer> redis;
  TestDatabase database;
  FileBlobStore blobs;
  FakeImageRegistry registry;
  std::unique_ptr<PostgresPool> readers;
  PostgresRecordReader records{*readers};
  PostgresCatalogReader catalog{*readers};
  RedisJobQueue queue;
};

// One executor with two slots in a thread of its own. Drains at the end.
class RunningExecutor {
 public:
  // With a ledger it stands images on layers; without, it builds all layers of each.
  enum class Layers { kNone, kLedger };
  RunningExecutor(Fleet& fleet, const std::string& id, Layers layers = Layers::kNone);
  ~RunningExecutor();
  void Drain();     // returns when it has ended
  void HandBack();  // a drain whose time is over
  // Neither beats nor claims any more, as when the process hangs; what runs, runs on.
  void Hang() {
    drain_.request_stop();
    keeper_.Stop();
  }

  // The process is killed: what it left on disk is all that is left. Its slots must be idle.
  void Crash() {
    results_.Stop();
    Hang();
  }
  const Spool& spool() const { return *spool_; }

  FakeImageBuilder builder;

 private:
  Services MakeServices(const std::string& id, Layers layers);
  ExecutorInfo Describe(const std::string& id) const;

  Fleet& fleet_;
  std::unique_ptr<StateDirectory> state_;
  std::unique_ptr<Spool> spool_;
  std::unique_ptr<PostgresPool> pool_;
  std::unique_ptr<PostgresPool> locks_;
  PostgresCatalogReader catalog_{*pool_};
  PostgresRecordReader records_{*pool_};
  PostgresRecordWriter writer_{*pool_};
  PostgresFleetLock fleet_lock_{*locks_};
  PostgresLayerLedgerReader ledger_{*pool_};
  PostgresLayerLedgerWriter ledger_writer_{*pool_};
  RedisJobQueue queue_;
  RedisBuildLog log_;
  FakeImageTester tester_;
  FakeSbomGenerator sbom_;
  LeaseKeeper keeper_;
  Services services_;
  SpoolSettler results_;
  JobRunner jobs_;
  ExecutorLoop loop_;
  std::stop_source drain_;
  std::stop_source hurry_;
  std::jthread thread_;
};

}  // namespace lif
