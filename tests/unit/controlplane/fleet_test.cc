#include "tests/support/catch.h"
#include "tests/unit/controlplane/fixture.h"

namespace lif {
namespace {

v1::Summary Summary(ControlPlane& plane) {
  grpc::ClientContext context;
  v1::GetSummaryResponse response;
  RequireOk(plane.fleet->GetSummary(&context, {}, &response));
  return response.summary();
}

TEST_CASE("the summary counts queue, pools, executors, catalog and outcomes", "[fleet]") {
  ControlPlane plane;
  plane.RegisterExecutor("executor-1", "amd64");
  plane.SubmitOne("py-api");
  plane.Finish(plane.Claim(), Outcome::kCompatible);
  plane.SubmitOne("py-worker");
  plane.Claim();
  const std::string newest = plane.SubmitOne("nginx-site").build_id();
  const v1::Summary summary = Summary(plane);
  CHECK(summary.factory() == "test-factory");
  CHECK(summary.queue().ready() == 1);
  CHECK(summary.queue().running() == 1);
  CHECK(summary.queue().dead_letters().value() == 0);
  CHECK(summary.queue().awaiting_record().value() == 0);
  REQUIRE(summary.pools_size() == 1);
  CHECK(summary.pools(0).name() == "amd64");
  CHECK(summary.executors() == 1);
  CHECK(summary.slots() == 2);
  CHECK(summary.manifests() == 4);
  CHECK(summary.last_day().compatible() == 1);
  REQUIRE(summary.recent_size() == 3);
  REQUIRE(summary.stores_size() == 3);
  for (const v1::StoreStatus& store : summary.stores()) CHECK(store.ok());
  bool listed = false;
  for (const v1::Build& build : summary.recent()) listed |= build.build_id() == newest;
  CHECK(listed);
}

TEST_CASE("the summary names the store that is away and tells the rest", "[fleet]") {
  ControlPlane plane;
  plane.RegisterExecutor("executor-1", "amd64");
  plane.records.SetAway(absl::UnavailableError("PostgreSQL is away"));
  const v1::Summary summary = Summary(plane);
  CHECK(summary.executors() == 1);
  REQUIRE(summary.stores_size() == 3);
  CHECK(summary.stores(0).ok());
  CHECK(summary.stores(1).name() == "postgres");
  CHECK(summary.stores(1).message() == "PostgreSQL is away");
  plane.records.SetAway(absl::OkStatus());
  CHECK(Summary(plane).stores(1).ok());
}

TEST_CASE("pools and executors", "[fleet]") {
  ControlPlane plane;
  for (const char* id : {"executor-2", "executor-1", "executor-3"}) {
    plane.RegisterExecutor(id, id == std::string("executor-3") ? "arm64" : "amd64");
  }
  grpc::ClientContext pools_context;
  v1::ListPoolsResponse pools;
  RequireOk(plane.fleet->ListPools(&pools_context, {}, &pools));
  REQUIRE(pools.pools_size() == 2);
  CHECK(pools.pools(0).executors() == 2);
  CHECK(pools.pools(0).slots() == 4);

  v1::ListExecutorsRequest request;
  request.set_page_size(2);
  v1::ListExecutorsResponse page;
  {
    grpc::ClientContext context;
    RequireOk(plane.fleet->ListExecutors(&context, request, &page));
  }
  REQUIRE(page.executors_size() == 2);
  CHECK(page.executors(0).id() == "executor-1");
  CHECK(page.executors(0).host() == "host-1");
  CHECK_FALSE(page.executors(0).lost());
  request.set_page_token(page.next_page_token());
  {
    grpc::ClientContext context;
    RequireOk(plane.fleet->ListExecutors(&context, request, &page));
  }
  REQUIRE(page.executors_size() == 1);
  CHECK(page.executors(0).id() == "executor-3");
  CHECK(page.next_page_token().empty());

  grpc::ClientContext context;
  v1::ListExecutorsRequest arm;
  arm.set_pool("arm64");
  RequireOk(plane.fleet->ListExecutors(&context, arm, &page));
  CHECK(page.executors_size() == 1);
}

TEST_CASE("pools: whose jobs are ready, and what tenants may have", "[fleet]") {
  ControlPlane plane;
  plane.RegisterExecutor("executor-1", "amd64");
  REQUIRE(plane.admin.SetTenantPolicy("default", {2, 100, 3}).ok());
  plane.HaveLayers("py-api");
  plane.HaveLayers("py-worker");
  plane.SubmitOne("py-api");
  plane.SubmitOne("py-worker");
  grpc::ClientContext context;
  v1::ListPoolsResponse pools;
  RequireOk(plane.fleet->ListPools(&context, {}, &pools));
  REQUIRE(pools.tenants_size() == 1);
  const v1::TenantStatus& tenant = pools.tenants(0);
  CHECK(tenant.name() == "default");
  CHECK(tenant.weight() == 2);
  CHECK(tenant.max_queued() == 100);
  CHECK(tenant.max_running() == 3);
  CHECK(tenant.queued() == 2);
  REQUIRE(tenant.shares_size() == 1);
  CHECK(tenant.shares(0).pool() == "amd64");
  CHECK(tenant.shares(0).ready() == 2);
  REQUIRE(pools.pools_size() == 1);
  CHECK(pools.pools(0).ready_by_tenant().at("default") == 2);
}

TEST_CASE("an executor is drained by name", "[fleet]") {
  ControlPlane plane;
  plane.RegisterExecutor("executor-1", "amd64");
  v1::DrainExecutorRequest request;
  request.set_executor_id("executor-1");
  request.set_drain(true);
  v1::DrainExecutorResponse response;
  {
    grpc::ClientContext context;
    RequireOk(plane.fleet->DrainExecutor(&context, request, &response));
  }
  CHECK(response.executor().draining());
  request.set_executor_id("executor-2");
  grpc::ClientContext context;
  const grpc::Status status = plane.fleet->DrainExecutor(&context, request, &response);
  CHECK(ReasonIn(status) == "EXECUTOR_NOT_FOUND");
  CHECK(status.error_message().find("did you mean 'executor-1'?") != std::string::npos);
}

TEST_CASE("a summary is watched at a period", "[fleet]") {
  ControlPlane plane;
  grpc::ClientContext context;
  const auto reader = plane.fleet->WatchSummary(&context, {});
  v1::WatchSummaryResponse response;
  REQUIRE(reader->Read(&response));
  CHECK(response.summary().executors() == 0);
  plane.clock.AwaitSleepers(1);
  plane.RegisterExecutor("executor-1", "amd64");
  plane.clock.Advance(absl::Seconds(2));
  REQUIRE(reader->Read(&response));
  CHECK(response.summary().executors() == 1);
  context.TryCancel();

  grpc::ClientContext wrong_context;
  v1::WatchSummaryRequest wrong;
  wrong.mutable_period()->set_nanos(1);
  const auto refused = plane.fleet->WatchSummary(&wrong_context, wrong);
  CHECK_FALSE(refused->Read(&response));
  CHECK(FieldsIn(refused->Finish()) == std::vector<std::string>{"period"});
}

}  // namespace
}  // namespace lif
