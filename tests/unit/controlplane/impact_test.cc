#include "tests/support/catch.h"
#include "tests/unit/controlplane/fixture.h"

namespace lif {
namespace {

grpc::Status GetImpact(ControlPlane& plane, const v1::GetImpactRequest& request,
                       v1::GetImpactResponse* response) {
  grpc::ClientContext context;
  return plane.catalog_stub->GetImpact(&context, request, response);
}

v1::GetImpactRequest OfModule(const std::string& module) {
  v1::GetImpactRequest request;
  request.set_module(module);
  return request;
}

std::vector<std::string> Rows(const v1::GetImpactResponse& response) {
  std::vector<std::string> rows;
  for (const v1::ImpactedManifest& row : response.manifests()) {
    rows.push_back(row.manifest_id() + " " + row.platform() + " " + std::to_string(row.layers()));
  }
  return rows;
}

// The ledger's row of a layer of a manifest on linux/amd64, built on the base.
void Commit(ControlPlane& plane, const std::string& manifest_id, size_t position,
            absl::Duration duration) {
  const auto manifest = plane.manifests.Get(manifest_id);
  REQUIRE(manifest.ok());
  const LayerKey& layer = (*manifest)->offers[0].identity.chain[position];
  LedgerLayer row;
  row.layer_key = layer.key;
  row.token = 1;
  row.build_id = "01HZX0000000000000000000AA";
  row.platform = "linux/amd64";
  row.module_ref = layer.module_ref;
  row.repository = "127.0.0.1:5000/lif/layers";
  row.digest = "sha256:" + std::string(64, 'd');
  row.diff_ids = {"sha256:" + std::string(64, 'e')};
  row.size = 10;
  row.duration = duration;
  const auto committed = plane.ledger.Commit(row);
  INFO(committed.status().message());
  REQUIRE(committed.ok());
}

// A compatible record of the manifest on linux/amd64.
void RecordBuild(ControlPlane& plane, const std::string& manifest_id, absl::Duration took) {
  const auto manifest = plane.manifests.Get(manifest_id);
  REQUIRE(manifest.ok());
  Record record;
  record.build_id = "01HZX0000000000000000000BB";
  record.build_key = (*manifest)->offers[0].identity.build_key;
  record.manifest_id = manifest_id;
  record.platform = "linux/amd64";
  record.outcome = Outcome::kCompatible;
  record.started = plane.clock.Now() - took;
  record.finished = plane.clock.Now();
  REQUIRE(plane.records.Commit(record).ok());
}

TEST_CASE("impact: a module's new version concerns its layer and those above it", "[impact]") {
  ControlPlane plane;
  v1::GetImpactResponse response;
  RequireOk(GetImpact(plane, OfModule("ca-roots@1.0.0"), &response));
  CHECK(Rows(response) ==
        std::vector<std::string>{"gpu-report linux/amd64 2", "nginx-site linux/amd64 2",
                                 "py-api linux/amd64 2", "py-api linux/arm64 2",
                                 "py-worker linux/amd64 2", "py-worker linux/arm64 2"});
  CHECK(response.manifest_count() == 4);
  CHECK(response.image_count() == 6);
  // ca-roots twice, python-web twice and nginx once: py-api, py-worker and gpu-report share theirs.
  CHECK(response.layer_count() == 5);
  REQUIRE(response.pools_size() == 3);
  CHECK(response.pools(0).pool() == "amd64");
  CHECK(response.pools(0).layers() == 3);
  CHECK(response.pools(0).images() == 3);
  CHECK(response.pools(0).unknown_layers() == 3);
  CHECK(response.pools(0).unknown_images() == 3);
  CHECK(response.pools(1).pool() == "arm64");
  CHECK(response.pools(1).layers() == 2);
  CHECK(response.pools(2).pool() == "gpu");  // its layers are built in amd64
  CHECK(response.pools(2).layers() == 0);
  CHECK(response.pools(2).images() == 1);

  RequireOk(GetImpact(plane, OfModule("nginx"), &response));
  CHECK(Rows(response) == std::vector<std::string>{"nginx-site linux/amd64 1"});
  CHECK(response.layer_count() == 1);
}

TEST_CASE("impact: a base concerns every layer on it", "[impact]") {
  ControlPlane plane;
  v1::GetImpactRequest request;
  request.set_base("debian-12");
  v1::GetImpactResponse response;
  RequireOk(GetImpact(plane, request, &response));
  CHECK(response.manifest_count() == 4);
  CHECK(response.layer_count() == 5);
}

TEST_CASE("impact: past durations are summed, each layer once, and unknown ones said", "[impact]") {
  ControlPlane plane;
  Commit(plane, "py-api", 1, absl::Seconds(40));
  RecordBuild(plane, "py-api", absl::Seconds(5));
  v1::GetImpactResponse response;
  RequireOk(GetImpact(plane, OfModule("ca-roots"), &response));
  const v1::ImpactedPool& amd64 = response.pools(0);
  CHECK(amd64.estimated_work().seconds() == 45);
  CHECK(amd64.unknown_images() == 2);
  // py-api's image job built its app layer; nginx's is not known.
  CHECK(amd64.layers() == 3);
  CHECK(amd64.unknown_layers() == 1);
  CHECK(response.pools(1).unknown_layers() == 2);
}

TEST_CASE("impact: totals come with the first page, and pages go on where the last ended",
          "[impact]") {
  ControlPlane plane;
  v1::GetImpactRequest request = OfModule("python-web");
  request.set_page_size(1);
  v1::GetImpactResponse response;
  RequireOk(GetImpact(plane, request, &response));
  CHECK(Rows(response) == std::vector<std::string>{"gpu-report linux/amd64 1"});
  CHECK(response.manifest_count() == 3);
  CHECK(response.image_count() == 5);
  CHECK(response.layer_count() == 2);
  request.set_page_token(response.next_page_token());
  RequireOk(GetImpact(plane, request, &response));
  CHECK(Rows(response) == std::vector<std::string>{"py-api linux/amd64 1", "py-api linux/arm64 1"});
  CHECK(response.manifest_count() == 0);
  CHECK(response.pools_size() == 0);
  request.set_page_token(response.next_page_token());
  RequireOk(GetImpact(plane, request, &response));
  CHECK(response.manifests_size() == 2);
  CHECK(response.next_page_token().empty());
}

TEST_CASE("impact: what is not published has near matches, what is unused is empty", "[impact]") {
  ControlPlane plane;
  v1::GetImpactResponse response;
  const std::pair<const char*, const char*> modules[] = {
      {"pyton-web", "no module 'pyton-web'; did you mean 'python-web'?"},
      {"nginx@1.0.1", "no module 'nginx@1.0.1'; did you mean 'nginx@1.0.0'?"},
      {"something-else", "no module 'something-else'"}};
  for (const auto& [module, message] : modules) {
    const grpc::Status status = GetImpact(plane, OfModule(module), &response);
    CHECK(status.error_code() == grpc::StatusCode::NOT_FOUND);
    CHECK(ReasonIn(status) == "MODULE_NOT_FOUND");
    CHECK(status.error_message() == message);
  }
  v1::GetImpactRequest base;
  base.set_base("debian-11");
  const grpc::Status status = GetImpact(plane, base, &response);
  CHECK(ReasonIn(status) == "BASE_NOT_FOUND");
  CHECK(status.error_message() == "no base 'debian-11'; did you mean 'debian-12'?");

  plane.catalog.AddModule("unused", Slot::kApp);
  RequireOk(GetImpact(plane, OfModule("unused"), &response));
  CHECK(response.manifest_count() == 0);
}

TEST_CASE("impact: malformed requests name their fields, and a store that is away is said",
          "[impact]") {
  ControlPlane plane;
  v1::GetImpactResponse response;
  using Fields = std::vector<std::string>;
  CHECK(FieldsIn(GetImpact(plane, {}, &response)) == Fields{"change"});
  for (const char* module : {"", "@1", "nginx@", "Nginx", "a b"}) {
    CHECK(FieldsIn(GetImpact(plane, OfModule(module), &response)) == Fields{"module"});
  }
  v1::GetImpactRequest request;
  request.set_base("*");
  request.set_page_size(1001);
  request.set_page_token("Not A Token");
  CHECK(FieldsIn(GetImpact(plane, request, &response)) ==
        Fields{"page_size", "base", "page_token"});
  plane.ledger.SetAway(absl::UnavailableError("PostgreSQL is away"));
  CHECK(GetImpact(plane, OfModule("nginx"), &response).error_code() ==
        grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace lif
