#include "tests/support/catch.h"
#include "tests/unit/controlplane/fixture.h"

namespace lif {
namespace {

grpc::Status Prewarm(ControlPlane& plane, const v1::PrewarmRequest& request,
                     v1::PrewarmResponse* response) {
  grpc::ClientContext context;
  return plane.build->Prewarm(&context, request, response);
}

std::vector<JobView> Jobs(ControlPlane& plane) {
  const auto jobs = plane.queue.ListJobs({});
  REQUIRE(jobs.ok());
  return *jobs;
}

// The ledger has py-api's ca-roots on linux/amd64.
void CommitStack(ControlPlane& plane, absl::Duration took) {
  const auto manifest = plane.manifests.Get("py-api");
  REQUIRE(manifest.ok());
  LedgerLayer row;
  row.layer_key = (*manifest)->offers[0].identity.chain[1].key;
  row.token = 1;
  row.build_id = "01HZX0000000000000000000AA";
  row.platform = "linux/amd64";
  row.module_ref = "ca-roots@1.0.0";
  row.repository = "127.0.0.1:5000/lif/layers";
  row.digest = "sha256:" + std::string(64, 'd');
  row.diff_ids = {"sha256:" + std::string(64, 'e')};
  row.duration = took;
  REQUIRE(plane.ledger.Commit(row).ok());
}

TEST_CASE("prewarm: the stable layers are queued, and nothing above them", "[prewarm]") {
  ControlPlane plane;
  plane.RegisterExecutor("executor-1", "amd64");
  v1::PrewarmResponse response;
  RequireOk(Prewarm(plane, {}, &response));
  REQUIRE(response.stacks_size() == 2);
  CHECK(response.queued() == 2);
  // Four manifests stand on it on amd64, two on arm64; the cost is the same.
  CHECK(response.stacks(0).platform() == "linux/amd64");
  CHECK(response.stacks(0).manifests() == 4);
  CHECK(response.stacks(0).modules(0) == "ca-roots@1.0.0");
  CHECK(response.stacks(0).layers_queued() == 1);
  CHECK(response.stacks(0).cost().seconds() == 60);
  CHECK(response.stacks(0).rank().seconds() == 240);
  CHECK(response.assumed_cost().seconds() == 60);
  CHECK(response.stacks(1).manifests() == 2);
  REQUIRE(response.warnings_size() == 1);
  CHECK(response.warnings(0) ==
        "no registered executor serves pool arm64: its layers wait until one is started");
  const std::vector<JobView> jobs = Jobs(plane);
  REQUIRE(jobs.size() == 2);
  for (const JobView& job : jobs) {
    CHECK(job.spec.kind == JobKind::kLayer);
    CHECK(job.spec.needs.empty());
  }
  CHECK(response.stacks(0).job_id() == response.stacks(0).layer_key() + ".1");
  CHECK(plane.queue.GetJob(response.stacks(0).build_id()).ok());

  // Asked again, by another request: joined.
  v1::PrewarmResponse again;
  RequireOk(Prewarm(plane, {}, &again));
  CHECK(again.joined() == 2);
  CHECK(again.stacks(0).build_id() == response.stacks(0).build_id());
  CHECK(again.stacks(0).layers_joined() == 1);
  CHECK(Jobs(plane).size() == 2);
}

TEST_CASE("prewarm: what the ledger has is ready, and its duration is its cost", "[prewarm]") {
  ControlPlane plane;
  CommitStack(plane, absl::Seconds(90));
  plane.record_views.SetLastLayers({{"ca-roots", "linux/amd64", absl::Seconds(90)},
                                    {"python-web", "linux/amd64", absl::Seconds(10)},
                                    {"nginx", "linux/amd64", absl::Seconds(30)}});
  v1::PrewarmRequest request;
  request.add_platforms("linux/amd64");
  v1::PrewarmResponse response;
  RequireOk(Prewarm(plane, request, &response));
  REQUIRE(response.stacks_size() == 1);
  CHECK(response.reused() == 1);
  CHECK(response.stacks(0).disposition() == v1::DISPOSITION_REUSED);
  CHECK(response.stacks(0).cost().seconds() == 90);
  CHECK(response.stacks(0).job_id().empty());
  CHECK(response.stacks(0).build_id() == "01HZX0000000000000000000AA");
  CHECK(response.stacks(0).image() == "127.0.0.1:5000/lif/layers@sha256:" + std::string(64, 'd'));
  CHECK(response.assumed_cost().seconds() == 30);  // the median
  CHECK(Jobs(plane).empty());
}

TEST_CASE("prewarm: a dry run queues nothing, and the limit leaves the best", "[prewarm]") {
  ControlPlane plane;
  v1::PrewarmRequest request;
  request.set_limit(1);
  request.set_validate_only(true);
  v1::PrewarmResponse response;
  RequireOk(Prewarm(plane, request, &response));
  REQUIRE(response.stacks_size() == 1);
  CHECK(response.stacks(0).platform() == "linux/amd64");
  CHECK(response.stacks(0).disposition() == v1::DISPOSITION_QUEUED);
  CHECK(response.stacks(0).build_id().empty());
  CHECK(response.beyond_limit() == 1);
  CHECK(Jobs(plane).empty());

  request.set_match("nginx-*");
  request.set_limit(0);
  RequireOk(Prewarm(plane, request, &response));
  CHECK(response.stacks(0).manifests() == 1);
}

TEST_CASE("prewarm: a layer whose job ended without a row is made anew", "[prewarm]") {
  ControlPlane plane;
  plane.RegisterExecutor("executor-1", "amd64");
  v1::PrewarmRequest request;
  request.add_platforms("linux/amd64");
  v1::PrewarmResponse response;
  RequireOk(Prewarm(plane, request, &response));
  const auto claimed =
      plane.queue.Claim({"executor-1", "amd64", "nonce-of-the-test", absl::Seconds(30)});
  REQUIRE(claimed.ok());
  REQUIRE(claimed->has_value());
  REQUIRE(plane.queue.Complete({(*claimed)->spec.job_id, (*claimed)->token}, "error").ok());
  RequireOk(Prewarm(plane, request, &response));
  CHECK(response.queued() == 1);
  CHECK(response.stacks(0).job_id() == response.stacks(0).layer_key() + ".2");
}

TEST_CASE("prewarm: what names nothing, and malformed requests", "[prewarm]") {
  ControlPlane plane;
  v1::PrewarmResponse response;
  v1::PrewarmRequest request;
  request.set_base("debian-11");
  const grpc::Status base = Prewarm(plane, request, &response);
  CHECK(base.error_code() == grpc::StatusCode::NOT_FOUND);
  CHECK(ReasonIn(base) == "BASE_NOT_FOUND");
  CHECK(base.error_message() == "no base 'debian-11'; did you mean 'debian-12'?");
  request.set_base("debian-12");
  request.set_match("x*");
  CHECK(Prewarm(plane, request, &response).error_message() ==
        "no published manifest matches 'x*' on base debian-12");

  request.set_match(std::string(201, '*'));
  request.set_base("No");
  request.set_tenant("No");
  request.set_request_id("x");
  request.add_platforms("amd64");
  request.set_limit(-1);
  request.set_priority(11);
  CHECK(FieldsIn(Prewarm(plane, request, &response)) ==
        std::vector<std::string>{"match", "base", "tenant", "request_id", "platforms[0]", "limit",
                                 "priority"});
}

}  // namespace
}  // namespace lif
