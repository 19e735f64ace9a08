// Impact, diff, plan and prewarm through a control plane with real stores.
#include <grpcpp/client_context.h>

#include "lif/v1/catalog_service.grpc.pb.h"
#include "lif/v1/record_service.grpc.pb.h"
#include "tests/integration/controlplane/factory.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("impact, diff, plan and prewarm are answered from real stores") {
  Factory factory;
  factory.RegisterExecutor();
  ControlPlaneProcess process(factory.Config());
  process.AwaitServing();
  const auto catalog = v1::CatalogService::NewStub(process.Channel());
  const auto records = v1::RecordService::NewStub(process.Channel());
  const auto builds = v1::BuildService::NewStub(process.Channel());

  v1::GetImpactRequest impact;
  impact.set_module("ca-roots");
  v1::GetImpactResponse impacted;
  REQUIRE(catalog->GetImpact(Deadline().get(), impact, &impacted).ok());
  CHECK(impacted.manifest_count() == 4);
  CHECK(impacted.layer_count() == 5);
  CHECK(impacted.pools(0).unknown_layers() == 3);
  impact.set_base("debian-11");
  const grpc::Status unknown = catalog->GetImpact(Deadline().get(), impact, &impacted);
  CHECK(unknown.error_code() == grpc::StatusCode::NOT_FOUND);
  CHECK(unknown.error_message() == "no base 'debian-11'; did you mean 'debian-12'?");

  v1::DiffBuildsRequest diff;
  diff.mutable_a()->set_manifest_id("py-api");
  diff.mutable_b()->set_manifest_id("nginx-site");
  v1::DiffBuildsResponse difference;
  REQUIRE(records->DiffBuilds(Deadline().get(), diff, &difference).ok());
  CHECK(difference.shared_layers() == 1);
  CHECK(difference.entries_size() == 6);

  v1::PlanBuildsRequest plan;
  *plan.mutable_builds() = SubmitRequestFor({"py-api", "py-worker"}).builds();
  v1::PlanBuildsResponse planned;
  REQUIRE(builds->PlanBuilds(Deadline().get(), plan, &planned).ok());
  CHECK(planned.jobs_size() == 4);
  CHECK(planned.layers_built() == 2);
  CHECK(planned.warnings().empty());

  v1::PrewarmRequest prewarm;
  prewarm.add_platforms("linux/amd64");
  v1::PrewarmResponse prewarmed;
  REQUIRE(builds->Prewarm(Deadline().get(), prewarm, &prewarmed).ok());
  REQUIRE(prewarmed.stacks_size() == 1);
  CHECK(prewarmed.queued() == 1);
  REQUIRE(builds->Prewarm(Deadline().get(), prewarm, &prewarmed).ok());
  CHECK(prewarmed.joined() == 1);
  // The plan joins what was prewarmed.
  REQUIRE(builds->PlanBuilds(Deadline().get(), plan, &planned).ok());
  CHECK(planned.layers_joined() == 1);
  CHECK(planned.layers_built() == 1);
  const ClaimedJob job = factory.ClaimAny();
  CHECK(job.spec.kind == JobKind::kLayer);
  CHECK(job.spec.key == prewarmed.stacks(0).layer_key());
}

}  // namespace
}  // namespace lif
