// Stores that go away under a running control plane, and come back.
#include <grpcpp/client_context.h>

#include "absl/time/clock.h"
#include "common/base/grpc_status.h"
#include "lif/v1/fleet_service.grpc.pb.h"
#include "tests/integration/controlplane/factory.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

class Client {
 public:
  explicit Client(const ControlPlaneProcess& process)
      : build_(v1::BuildService::NewStub(process.Channel())),
        fleet_(v1::FleetService::NewStub(process.Channel())) {}

  grpc::Status Submit(const std::string& manifest) {
    v1::SubmitBuildsResponse response;
    return build_->SubmitBuilds(Deadline().get(), SubmitRequestFor({manifest}), &response);
  }
  // UNAVAILABLE that names the store and says when to retry.
  void ExpectAway(const std::string& manifest, const std::string& store) {
    const grpc::Status status = Submit(manifest);
    INFO(status.error_message());
    CHECK(status.error_code() == grpc::StatusCode::UNAVAILABLE);
    CHECK(status.error_message().find(store) != std::string::npos);
    CHECK(RetryAfterOf(FromGrpcStatus(status)).has_value());
    CHECK_FALSE(StoreIsOk(store == "Redis" ? "redis" : "postgres"));
  }
  // Works again within 10 s, without a restart.
  void ExpectBack(const std::string& manifest) {
    const absl::Time deadline = absl::Now() + absl::Seconds(10);
    grpc::Status status = Submit(manifest);
    while (!status.ok() && absl::Now() < deadline) {
      absl::SleepFor(absl::Milliseconds(50));
      status = Submit(manifest);
    }
    INFO(status.error_message());
    CHECK(status.ok());
  }

 private:
  bool StoreIsOk(const std::string& name) {
    v1::GetSummaryResponse response;
    REQUIRE(fleet_->GetSummary(Deadline().get(), {}, &response).ok());
    for (const v1::StoreStatus& store : response.summary().stores()) {
      if (store.name() == name) return store.ok();
    }
    FAIL("no store " << name);
    return false;
  }

  std::unique_ptr<v1::BuildService::Stub> build_;
  std::unique_ptr<v1::FleetService::Stub> fleet_;
};

TEST_CASE("Redis is killed and comes back") {
  Factory factory;
  ControlPlaneProcess process(factory.Config());
  process.AwaitServing();
  Client client(process);
  REQUIRE(client.Submit("py-api").ok());
  factory.redis->Kill();
  client.ExpectAway("py-worker", "Redis");
  REQUIRE(factory.redis->Restart().ok());
  client.ExpectBack("py-worker");
  JobFilter images;
  images.kinds = {JobKind::kImage};
  CHECK(factory.queue->ListJobs(images).value().size() == 2);
}

TEST_CASE("PostgreSQL is stopped and comes back") {
  Factory factory;
  ControlPlaneProcess process(factory.Config());
  process.AwaitServing();
  Client client(process);
  REQUIRE(client.Submit("py-api").ok());
  PostgresServer::Instance().Stop();
  client.ExpectAway("py-worker", "PostgreSQL");
  PostgresServer::Instance().Start();
  client.ExpectBack("py-worker");
}

TEST_CASE("a control plane that starts while Redis is away serves once it is there") {
  Factory factory;
  factory.redis->Kill();
  ControlPlaneProcess process(factory.Config());
  process.AwaitServing();
  Client client(process);
  client.ExpectAway("py-api", "Redis");
  REQUIRE(factory.redis->Restart().ok());
  client.ExpectBack("py-api");
}

}  // namespace
}  // namespace lif
