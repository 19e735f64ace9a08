#include "tests/unit/controlplane/fixture.h"

#include <grpcpp/channel.h>

#include <utility>

#include "common/base/grpc_status.h"
#include "common/base/ids.h"
#include "tests/support/catch.h"

namespace lif {

ControlPlane::ControlPlane(RpcLimits limits)
    : runner_({clock, stop_.get_token(), NullLogger()}, limits),
      summary_({catalog, records, record_views, queue, admin, blobs, clock}),
      submit_({manifests, records, queue, layers, ledger, clock}),
      dead_letters_({admin, queue, records, submit_}),
      plan_({manifests, records, queue, layers, ledger, record_views}),
      prewarm_({catalog, records, queue, layers, ledger, record_views, clock}, Recipe()),
      build_service_({runner_, manifests, records, queue, layers, ledger, admin, log, blobs, clock,
                      plan_, prewarm_}),
      impact_({catalog, ledger, record_views}, Recipe()),
      catalog_service_({runner_, manifests, catalog, impact_}),
      diff_({manifests, records, record_views}),
      record_service_({runner_, records, blobs, diff_}),
      fleet_service_({runner_, summary_, queue, admin, dead_letters_, [this] { return health; },
                      clock, "test-factory"}) {
  auto server = GrpcServer::Start(
      {}, {&build_service_, &catalog_service_, &record_service_, &fleet_service_});
  REQUIRE(server.ok());
  server_ = *std::move(server);
  const auto channel = server_->InProcessChannel();
  build = v1::BuildService::NewStub(channel);
  catalog_stub = v1::CatalogService::NewStub(channel);
  record = v1::RecordService::NewStub(channel);
  fleet = v1::FleetService::NewStub(channel);
}

ControlPlane::~ControlPlane() {
  stop_.request_stop();
  server_->Shutdown(absl::Seconds(5));
}

void ControlPlane::RegisterExecutor(const std::string& id, const std::string& pool) {
  ExecutorInfo executor;
  executor.id = id;
  executor.pool = pool;
  executor.platform = "linux/amd64";
  executor.version = "0.1.0";
  executor.host = "host-1";
  executor.slots = 2;
  executor.started = clock.Now();
  REQUIRE(queue.Heartbeat(executor, {}, absl::Seconds(30)).ok());
}

ClaimedJob ControlPlane::Claim(const std::string& pool) {
  const std::string layer_pool = pool == "gpu" ? "amd64" : pool;
  for (;;) {
    std::optional<ClaimedJob> job = TryClaim(layer_pool);
    const bool layer = job && job->spec.kind == JobKind::kLayer && !job->end;
    if (layer) {
      FinishLayer(*job, Outcome::kCompatible);
    } else if (pool == layer_pool) {
      REQUIRE(job.has_value());
      return *job;
    } else {
      if (job) REQUIRE(queue.Requeue({job->spec.job_id, job->token}).ok());
      return ClaimAny(pool);
    }
  }
}

ClaimedJob ControlPlane::ClaimAny(const std::string& pool) {
  const std::optional<ClaimedJob> job = TryClaim(pool);
  REQUIRE(job.has_value());
  return *job;
}

std::optional<ClaimedJob> ControlPlane::TryClaim(const std::string& pool) {
  const auto claimed =
      queue.Claim({"executor-1", pool, "nonce-" + std::to_string(++claims_), absl::Seconds(30)});
  REQUIRE(claimed.ok());
  return *claimed;
}

void ControlPlane::CommitLayer(const std::string& key, int64_t generation,
                               const std::string& build_id, const std::string& platform) {
  LedgerLayer layer;
  layer.layer_key = key;
  layer.generation = generation;
  layer.build_id = build_id;
  layer.platform = platform;
  layer.module_ref = "python-web@1.0.0";
  layer.repository = "127.0.0.1:5000/lif/layers";
  layer.digest = "sha256:" + std::string(64, 'e');
  layer.diff_ids = {"sha256:" + std::string(64, 'f')};
  layer.duration = absl::Seconds(2);
  REQUIRE(ledger.Commit(layer).ok());
}

void ControlPlane::HaveLayers(const std::string& manifest_id) {
  const auto manifest = manifests.Get(manifest_id).value();
  for (const PlatformOffer& offer : manifest->offers) {
    for (size_t i = 1; i < offer.identity.chain.size(); ++i) {
      CommitLayer(offer.identity.chain[i].key, 1, NewUlid(clock.Now()), offer.platform.ToString());
    }
  }
}

void ControlPlane::FinishLayer(const ClaimedJob& job, Outcome outcome) {
  if (outcome == Outcome::kCompatible) {
    CommitLayer(job.spec.key, job.spec.generation, job.spec.build_id, job.spec.platform);
  }
  Finish(job, outcome);
}

Record ControlPlane::Finish(const ClaimedJob& job, Outcome outcome,
                            std::vector<Artifact> artifacts) {
  Record record_row;
  record_row.build_id = job.spec.build_id;
  record_row.kind = job.spec.kind;
  record_row.build_key = job.spec.key;
  record_row.generation = job.spec.generation;
  record_row.token = job.token;
  record_row.manifest_id = job.spec.manifest_id;
  record_row.platform = job.spec.platform;
  record_row.pool = job.spec.pool;
  record_row.executor = "executor-1";
  record_row.tenant = job.tenant;
  record_row.attempt = job.attempt;
  record_row.outcome = outcome;
  record_row.submitted = job.submitted;
  record_row.started = clock.Now();
  record_row.finished = clock.Now();
  record_row.artifacts = std::move(artifacts);
  record_row.stages = {{"build", absl::Seconds(2)}, {"test", absl::Milliseconds(1500)}};
  if (outcome == Outcome::kCompatible || outcome == Outcome::kIncompatible) {
    record_row.image = "127.0.0.1:5000/lif/images@sha256:" + std::string(64, 'c');
  }
  if (outcome == Outcome::kCompatible) {
    record_row.tags = {"127.0.0.1:5000/lif/images:" + job.spec.manifest_id + "-linux-amd64"};
  } else {
    record_row.failure.failure = FailureClass::kUser;
    record_row.failure.stage = "build";
    record_row.failure.module_ref = "python-web@1.0.0";
    record_row.failure.fragment_line = 7;
    record_row.failure.command = "RUN false";
    record_row.failure.exit_code = 1;
    record_row.failure.message = "RUN false ended with exit code 1";
  }
  record_row.layers = {
      {0, std::string(64, 'd'), "", "base", LayerUse::kReused, 0, 0},
      {1, std::string(64, 'e'), "python-web@1.0.0", "app", LayerUse::kBuilt, 1, 2}};
  record_row.tests = {{"works", "python-web@1.0.0", outcome == Outcome::kCompatible, 0, "",
                       absl::Milliseconds(320)}};
  REQUIRE(records.Commit(record_row).ok());
  REQUIRE(queue.Complete({job.spec.job_id, job.token}, std::string(OutcomeName(outcome))).ok());
  return record_row;
}

grpc::Status ControlPlane::Submit(const v1::SubmitBuildsRequest& request,
                                  v1::SubmitBuildsResponse* response) {
  grpc::ClientContext context;
  return build->SubmitBuilds(&context, request, response);
}

v1::SubmittedBuild ControlPlane::SubmitOne(const std::string& manifest_id, v1::RerunPolicy rerun) {
  v1::SubmitBuildsRequest request;
  v1::BuildRequest* item = request.add_builds();
  item->set_manifest_id(manifest_id);
  item->add_platforms("linux/amd64");
  request.set_rerun(rerun);
  v1::SubmitBuildsResponse response;
  RequireOk(Submit(request, &response));
  REQUIRE(response.builds_size() == 1);
  return response.builds(0);
}

void RequireOk(const grpc::Status& status) {
  INFO(status.error_code() << ": " << status.error_message());
  REQUIRE(status.ok());
}

std::string ReasonIn(const grpc::Status& status) {
  return ReasonOf(FromGrpcStatus(status));
}

std::vector<std::string> FieldsIn(const grpc::Status& status) {
  std::vector<std::string> fields;
  for (const FieldViolation& violation : FieldViolationsOf(FromGrpcStatus(status))) {
    fields.push_back(violation.field);
  }
  return fields;
}

}  // namespace lif
