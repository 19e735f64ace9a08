#include "tests/support/catch.h"
#include "tests/unit/controlplane/fixture.h"

namespace lif {
namespace {

grpc::Status Plan(ControlPlane& plane, const v1::PlanBuildsRequest& request,
                  v1::PlanBuildsResponse* response) {
  grpc::ClientContext context;
  return plane.build->PlanBuilds(&context, request, response);
}

v1::PlanBuildsRequest On(const std::vector<std::string>& manifests,
                         const std::string& platform = "linux/amd64") {
  v1::PlanBuildsRequest request;
  for (const std::string& manifest : manifests) {
    v1::BuildRequest* build = request.add_builds();
    build->set_manifest_id(manifest);
    if (!platform.empty()) build->add_platforms(platform);
  }
  return request;
}

const PlatformOffer& OfferOf(ControlPlane& plane, const std::string& manifest_id) {
  static std::shared_ptr<const PreparedManifest> kept;
  const auto manifest = plane.manifests.Get(manifest_id);
  REQUIRE(manifest.ok());
  kept = *manifest;
  return kept->offers[0];
}

// The ledger has the manifest's layer on linux/amd64, made on the base by this build.
void Commit(ControlPlane& plane, const std::string& manifest_id, size_t position) {
  const LayerKey layer = OfferOf(plane, manifest_id).identity.chain[position];
  LedgerLayer row;
  row.layer_key = layer.key;
  row.token = 1;
  row.build_id = "01HZX0000000000000000000AA";
  row.platform = "linux/amd64";
  row.module_ref = layer.module_ref;
  row.repository = "127.0.0.1:5000/lif/layers";
  row.digest = "sha256:" + std::string(64, 'd');
  row.diff_ids = {"sha256:" + std::string(64, 'e')};
  row.duration = absl::Seconds(40);
  const auto committed = plane.ledger.Commit(row);
  INFO(committed.status().message());
  REQUIRE(committed.ok());
}

// A compatible record of the manifest on linux/amd64.
void RecordBuild(ControlPlane& plane, const std::string& manifest_id, absl::Duration took) {
  const PlatformOffer& offer = OfferOf(plane, manifest_id);
  Record record;
  record.build_id = "01HZX0000000000000000000BB";
  record.build_key = offer.identity.build_key;
  record.manifest_id = manifest_id;
  record.platform = "linux/amd64";
  record.outcome = Outcome::kCompatible;
  record.started = plane.clock.Now() - took;
  record.finished = plane.clock.Now();
  for (size_t i = 0; i < offer.identity.chain.size(); ++i) {
    const LayerKey& layer = offer.identity.chain[i];
    record.layers.push_back({static_cast<int>(i), layer.key, layer.module_ref,
                             i == 0   ? "base"
                             : i == 1 ? "security"
                                      : "app"});
  }
  REQUIRE(plane.records.Commit(record).ok());
}

TEST_CASE("plan: what is shared is one job, and the path through it is counted once", "[plan]") {
  ControlPlane plane;
  plane.RegisterExecutor("executor-1", "amd64");
  plane.record_views.SetLastLayers({{"ca-roots", "linux/amd64", absl::Seconds(30)},
                                    {"python-web", "linux/amd64", absl::Seconds(20)}});
  v1::PlanBuildsResponse plan;
  RequireOk(Plan(plane, On({"py-api", "py-worker", "nginx-site"}), &plan));
  REQUIRE(plan.builds_size() == 3);
  CHECK(plan.builds_queued() == 3);
  CHECK(plan.layers_built() == 3);
  CHECK(plan.layers_reused() == 0);
  // ca-roots, python-web, and three images; nginx is built in its image's job.
  REQUIRE(plan.jobs_size() == 5);
  CHECK(plan.jobs(0).kind() == v1::JOB_KIND_LAYER);
  CHECK(plan.jobs(0).modules(0) == "ca-roots@1.0.0");
  CHECK(plan.jobs(1).needs(0) == plan.jobs(0).job_id());
  CHECK(plan.jobs(1).estimate().seconds() == 20);
  CHECK(plan.estimated_work().seconds() == 50);
  CHECK(plan.estimated_elapsed().seconds() == 50);
  CHECK(plan.unknown_estimates() == 3);  // the images
  const v1::PlannedBuild& api = plan.builds(0);
  CHECK(api.build().disposition() == v1::DISPOSITION_QUEUED);
  CHECK(api.build().pool() == "amd64");
  REQUIRE(api.layers_size() == 2);
  CHECK(api.layers(0).slot() == v1::SLOT_SECURITY);
  CHECK(api.layers(0).cut());
  CHECK(api.layers(0).job_id() == plan.jobs(0).job_id());
  CHECK(api.layers(0).estimate().seconds() == 30);
  CHECK_FALSE(plan.builds(2).layers(1).cut());
  CHECK(plan.warnings().empty());
}

TEST_CASE("plan: the ledger's layers are reused, records answer, and what is invalid is said",
          "[plan]") {
  ControlPlane plane;
  plane.RegisterExecutor("executor-1", "amd64");
  Commit(plane, "py-api", 1);
  RecordBuild(plane, "py-worker", absl::Seconds(12));
  v1::PlanBuildsResponse plan;
  RequireOk(Plan(plane, On({"py-api", "py-worker", "py-apj"}), &plan));
  CHECK(plan.builds_queued() == 1);
  CHECK(plan.builds_reused() == 1);
  CHECK(plan.builds_invalid() == 1);
  CHECK(plan.layers_reused() == 1);
  CHECK(plan.layers_built() == 1);
  CHECK(plan.builds(0).layers(0).disposition() == v1::LAYER_DISPOSITION_REUSED);
  CHECK(plan.builds(0).layers(0).job_id().empty());
  CHECK(plan.builds(1).build().disposition() == v1::DISPOSITION_REUSED);
  CHECK(plan.builds(1).build().outcome() == v1::OUTCOME_COMPATIBLE);
  CHECK(plan.builds(1).layers().empty());
  CHECK(plan.builds(2).build().invalid_code() == "MANIFEST_NOT_FOUND");
  CHECK(plan.builds(2).build().reason().find("'py-api'") != std::string::npos);

  // Asked for again as a rerun, the image takes what it took.
  v1::PlanBuildsRequest again = On({"py-worker"});
  again.set_rerun(v1::RERUN_POLICY_ALWAYS);
  RequireOk(Plan(plane, again, &plan));
  CHECK(plan.builds(0).build().generation() == 2);
  CHECK(plan.builds(0).change().empty());
  CHECK(plan.estimated_work().seconds() == 12);
}

TEST_CASE("plan: a manifest without a record is compared with one like it", "[plan]") {
  ControlPlane plane;
  plane.RegisterExecutor("executor-1", "amd64");
  RecordBuild(plane, "py-worker", absl::Seconds(12));
  Manifest manifest;
  manifest.id = "py-lean";
  manifest.template_name = "service";
  manifest.template_version = "1.0.0";
  manifest.base = "debian-12";
  manifest.modules[Slot::kApp] = {{"python-web", "1.0.0", {}}};
  plane.catalog.AddManifest(manifest);
  v1::PlanBuildsResponse plan;
  RequireOk(Plan(plane, On({"py-lean"}), &plan));
  CHECK(plan.builds(0).change() ==
        "stands on a change: security module ca-roots@1.0.0 left the stack against manifest "
        "py-worker, build 01HZX0000000000000000000BB");
  CHECK(plan.builds(0).layers(0).reason() ==
        "stands on a change: security module ca-roots@1.0.0 left the stack");
}

TEST_CASE("plan: nothing is queued, and a pool that nobody serves is a warning", "[plan]") {
  ControlPlane plane;
  v1::PlanBuildsResponse plan;
  RequireOk(Plan(plane, On({"gpu-report"}, ""), &plan));
  REQUIRE(plan.jobs_size() == 3);
  CHECK(plan.jobs(2).pool() == "gpu");
  REQUIRE(plan.warnings_size() == 2);
  CHECK(plan.warnings(0) == "no registered executor serves pool amd64: 2 jobs would wait");
  CHECK(plan.warnings(1) == "no registered executor serves pool gpu: 1 job would wait");
  const auto jobs = plane.queue.ListJobs({});
  REQUIRE(jobs.ok());
  CHECK(jobs->empty());
}

TEST_CASE("plan: totals are over all, of which the first are told", "[plan]") {
  ControlPlane plane;
  v1::PlanBuildsRequest request = On({"py-api", "py-worker", "nginx-site"}, "");
  request.set_limit(2);
  v1::PlanBuildsResponse plan;
  RequireOk(Plan(plane, request, &plan));
  CHECK(plan.builds_size() == 2);
  CHECK(plan.builds_left_out() == 3);
  CHECK(plan.builds_queued() == 5);
  CHECK(plan.jobs_size() == 2);
  CHECK(plan.jobs_left_out() == 7);
  CHECK(plan.layers_built() == 5);
}

TEST_CASE("plan: malformed requests name their fields, and a store that is away is said",
          "[plan]") {
  ControlPlane plane;
  v1::PlanBuildsResponse plan;
  using Fields = std::vector<std::string>;
  CHECK(FieldsIn(Plan(plane, {}, &plan)) == Fields{"builds"});
  v1::PlanBuildsRequest request = On({"py-api"});
  request.set_limit(501);
  CHECK(FieldsIn(Plan(plane, request, &plan)) == Fields{"limit"});
  plane.ledger.SetAway(absl::UnavailableError("PostgreSQL is away"));
  CHECK(Plan(plane, On({"py-api"}), &plan).error_code() == grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace lif
