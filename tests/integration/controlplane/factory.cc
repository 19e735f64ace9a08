#include "tests/integration/controlplane/factory.h"

#include <grpcpp/client_context.h>

#include <chrono>
#include <utility>

#include "common/postgres_catalog/catalog_publisher.h"
#include "tests/support/catch.h"
#include "tests/support/test_catalog.h"

namespace lif {

Factory::Factory()
    : blobs(blob_directory.path()),
      executor_pool_(database.Pool("lif_executor")),
      writer_(*executor_pool_),
      ledger_(*executor_pool_) {
  auto started = RedisServer::Start();
  REQUIRE(started.ok());
  redis = *std::move(started);
  queue = std::make_unique<RedisJobQueue>(RedisJobQueueOptions{redis->options()}, &clock);
  log = std::make_unique<RedisBuildLog>(RedisBuildLogOptions{redis->options()}, &clock);
  const auto publisher_pool = database.Pool("lif_publisher");
  CatalogPublisher publisher(*publisher_pool, blobs);
  const Catalog catalog = TestCatalog();
  const auto published = publisher.Publish({catalog, nullptr});
  INFO(published.status().message());
  REQUIRE(published.ok());
}

std::string Factory::Config() const {
  return "listen = 127.0.0.1:0\n"
         "http-listen = 127.0.0.1:0\n"
         "postgres-dsn = \"" +
         database.Dsn("lif_controlplane") + "\"\nredis-url = \"unix://" +
         redis->options().unix_path + "\"\nblob-dir = " + blob_directory.path() +
         "\ntick = 100ms\n";
}

void Factory::RegisterExecutor() {
  ExecutorInfo executor;
  executor.id = "executor-1";
  executor.pool = "amd64";
  executor.platform = "linux/amd64";
  executor.slots = 2;
  executor.started = clock.Now();
  REQUIRE(queue->Heartbeat(executor, {}, absl::Seconds(30)).ok());
}

ClaimedJob Factory::Claim() {
  for (;;) {
    ClaimedJob job = ClaimAny();
    if (job.spec.kind != JobKind::kLayer) return job;
    MakeLayer(job);
  }
}

// A row of its own for each, as if it stood on the base.
void Factory::MakeLayer(const ClaimedJob& job) {
  LedgerLayer layer;
  layer.layer_key = job.spec.key;
  layer.generation = job.spec.generation;
  layer.token = job.token;
  layer.build_id = job.spec.build_id;
  layer.platform = job.spec.platform;
  layer.module_ref = "python-web@1.0.0";
  layer.repository = "127.0.0.1:5000/lif/layers";
  layer.digest = "sha256:" + std::string(64, 'd');
  layer.diff_ids = {"sha256:" + std::string(64, 'e')};
  layer.duration = absl::Seconds(1);
  const auto committed = ledger_.Commit(layer);
  INFO(committed.status().message());
  REQUIRE(committed.ok());
  Finish(job, Outcome::kCompatible, "a layer\n");
}

ClaimedJob Factory::ClaimAny() {
  const auto claimed = queue->Claim(
      {"executor-1", "amd64", "nonce-" + std::to_string(++claims_), absl::Seconds(30)});
  INFO(claimed.status().message());
  REQUIRE(claimed.ok());
  REQUIRE(claimed->has_value());
  return **claimed;
}

Record Factory::Finish(const ClaimedJob& job, Outcome outcome, const std::string& build_log) {
  const auto blob = blobs.Put(build_log);
  REQUIRE(blob.ok());
  Record record;
  record.build_id = job.spec.build_id;
  record.kind = job.spec.kind;
  record.build_key = job.spec.key;
  record.generation = job.spec.generation;
  record.token = job.token;
  record.manifest_id = job.spec.manifest_id;
  record.platform = job.spec.platform;
  record.pool = job.spec.pool;
  record.executor = "executor-1";
  record.tenant = job.tenant;
  record.attempt = job.attempt;
  record.outcome = outcome;
  record.submitted = job.submitted;
  record.started = clock.Now();
  record.finished = clock.Now();
  record.artifacts = {{"build.log", "text/plain", *blob, static_cast<int64_t>(build_log.size())}};
  if (outcome == Outcome::kCompatible) {
    record.image = "127.0.0.1:5000/lif/images@sha256:" + std::string(64, 'c');
  }
  const auto committed = writer_.Commit(record);
  INFO(committed.status().message());
  REQUIRE(committed.ok());
  REQUIRE(queue->Complete({job.spec.job_id, job.token}, std::string(OutcomeName(outcome))).ok());
  return record;
}

std::unique_ptr<grpc::ClientContext> Deadline(int seconds) {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(seconds));
  return context;
}

v1::SubmitBuildsRequest SubmitRequestFor(const std::vector<std::string>& manifests) {
  v1::SubmitBuildsRequest request;
  for (const std::string& manifest : manifests) {
    v1::BuildRequest* build = request.add_builds();
    build->set_manifest_id(manifest);
    build->add_platforms("linux/amd64");
  }
  return request;
}

}  // namespace lif
