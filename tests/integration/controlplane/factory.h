// A factory with real stores and no executor: PostgreSQL, Redis, blobs, a published catalog. The
// test plays the executor, through the same seams with an executor's rights.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/blobs/file_blob_store.h"
#include "common/postgres/postgres_pool.h"
#include "common/queue/redis_build_log.h"
#include "common/queue/redis_job_queue.h"
#include "common/records/postgres_layer_ledger.h"
#include "common/records/postgres_record_writer.h"
#include "lif/v1/build_service.grpc.pb.h"
#include "tests/integration/controlplane/control_plane_process.h"
#include "tests/support/postgres_server.h"
#include "tests/support/redis_server.h"
#include "tests/support/temporary_directory.h"

namespace lif {

class Factory {
 public:
  Factory();

  // Configuration lines of a control plane of this factory, on a free port of loopback.
  std::string Config() const;

  void RegisterExecutor();
  // The next image job of pool amd64, which must exist; makes the layers that come before it.
  ClaimedJob Claim();
  // The next job of pool amd64, whatever it is.
  ClaimedJob ClaimAny();
  // Commits the record and completes the job. `build_log` becomes its artifact.
  Record Finish(const ClaimedJob& job, Outcome outcome, const std::string& build_log);

  TestDatabase database;
  std::unique_ptr<RedisServer> redis;
  TemporaryDirectory blob_directory;
  FileBlobStore blobs;
  SystemClock clock;
  std::unique_ptr<RedisJobQueue> queue;
  std::unique_ptr<RedisBuildLog> log;

 private:
  void MakeLayer(const ClaimedJob& job);

  std::unique_ptr<PostgresPool> executor_pool_;
  PostgresRecordWriter writer_;
  PostgresLayerLedgerWriter ledger_;
  int claims_ = 0;
};

// A deadline for each call, so that no test hangs.
std::unique_ptr<grpc::ClientContext> Deadline(int seconds = 30);

// Asks for manifests on linux/amd64.
v1::SubmitBuildsRequest SubmitRequestFor(const std::vector<std::string>& manifests);

}  // namespace lif
