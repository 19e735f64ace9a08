#include "tests/fuzz/request_plane.h"

#include <grpcpp/channel.h>

#include "tests/fuzz/target.h"

namespace lif {

RequestPlane::RequestPlane()
    : runner_({clock_, stop_.get_token(), NullLogger()}),
      summary_({catalog_reader_, record_store_, record_views_, queue_, admin_, blobs_, clock_}),
      submit_({manifests_, record_store_, queue_, layers_, ledger_, clock_}),
      dead_letters_({admin_, queue_, record_store_, submit_}),
      plan_({manifests_, record_store_, queue_, layers_, ledger_, record_views_}),
      prewarm_({catalog_reader_, record_store_, queue_, layers_, ledger_, record_views_, clock_},
               Recipe()),
      build_service_({runner_, manifests_, record_store_, queue_, layers_, ledger_, admin_, log_,
                      blobs_, clock_, plan_, prewarm_}),
      impact_({catalog_reader_, ledger_, record_views_}, Recipe()),
      catalog_service_({runner_, manifests_, catalog_reader_, impact_}),
      diff_({manifests_, record_store_, record_views_}),
      record_service_({runner_, record_store_, blobs_, diff_}),
      fleet_service_({runner_, summary_, queue_, admin_, dead_letters_,
                      [] { return std::vector<Finding>(); }, clock_, "fuzz"}) {
  // Watches and followed logs answer what is there and end.
  stop_.request_stop();
  auto server = GrpcServer::Start(
      {}, {&build_service_, &catalog_service_, &record_service_, &fleet_service_});
  FuzzRequire(server.ok(), "the server starts");
  server_ = *std::move(server);
  const auto channel = server_->InProcessChannel();
  build = v1::BuildService::NewStub(channel);
  catalog = v1::CatalogService::NewStub(channel);
  records = v1::RecordService::NewStub(channel);
  fleet = v1::FleetService::NewStub(channel);
  ExecutorInfo executor;
  executor.id = "executor-1";
  executor.pool = "amd64";
  executor.platform = "linux/amd64";
  executor.slots = 1;
  FuzzRequire(queue_.Heartbeat(executor, {}, absl::Seconds(30)).ok(), "an executor is there");
}

RequestPlane::~RequestPlane() {
  server_->Shutdown(absl::Seconds(5));
}

}  // namespace lif
