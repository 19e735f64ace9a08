// An executor's insides on fakes: a catalog, a queue with a job, stores, an engine.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "common/catalog/resolve.h"
#include "executor/executor_loop.h"
#include "executor/job_runner.h"
#include "executor/lease_keeper.h"
#include "tests/fakes/engine_catalog.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_image_builder.h"
#include "tests/fakes/fake_image_registry.h"
#include "tests/fakes/fake_image_tester.h"
#include "tests/fakes/fake_sbom_generator.h"
#include "tests/fakes/memory_blob_store.h"
#include "tests/fakes/memory_build_log.h"
#include "tests/fakes/memory_catalog_reader.h"
#include "tests/fakes/memory_job_queue.h"
#include "tests/fakes/memory_record_store.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"

namespace lif {

// Over EngineCatalog, or another that the fakes understand. Without a ledger: image jobs build all
// of their layers.
class ExecutorRig {
 public:
  static constexpr absl::Duration kLease = absl::Minutes(10);

  explicit ExecutorRig(const Catalog& of = EngineCatalog());
  ~ExecutorRig();

  // Submits a build of the manifest; answers its build ID.
  std::string Submit(const std::string& manifest_id, int64_t generation = 1);
  // The spec that a control plane would submit.
  JobSpec Spec(const std::string& manifest_id, int64_t generation = 1);
  // Submits this very spec, which may be wrong.
  void SubmitSpec(const JobSpec& spec);
  // Claims the next job and handles it to the end. While `pump`, time runs.
  void RunNext(bool pump = true, const std::string& pool = "amd64");
  ClaimedJob Claim(const std::string& pool = "amd64");

  std::string ArtifactText(const Record& record, const std::string& name);
  std::string TagOf(const std::string& manifest_id);  // digest, or "" when there is none
  Record MustGetRecord(const std::string& build_id);
  JobView MustGetJob(const std::string& build_id);

  FakeClock clock;
  MemoryJobQueue queue{&clock};
  MemoryBuildLog build_log;
  MemoryBlobStore blobs;
  MemoryRecordStore records;
  FakeImageBuilder builder{&clock};
  FakeImageRegistry registry;
  FakeImageTester tester{&clock};
  FakeSbomGenerator sbom;
  std::unique_ptr<MemoryCatalogReader> catalog;
  TemporaryDirectory directory;
  std::unique_ptr<StateDirectory> state;
  std::unique_ptr<LeaseKeeper> keeper;
  std::unique_ptr<Services> services;
  std::unique_ptr<JobRunner> runner;
};

// Lets time run until the object ends: a thousand times faster than it does, so that a heartbeat's
// period (150 s) leaves a busy machine time enough to run the thread that beats.
class TimePump {
 public:
  explicit TimePump(FakeClock& clock)
      : thread_([&clock](std::stop_token stop) {
          while (!stop.stop_requested()) {
            clock.Advance(absl::Milliseconds(100));
            std::this_thread::sleep_for(std::chrono::microseconds(100));
          }
        }) {}

 private:
  std::jthread thread_;
};

}  // namespace lif
