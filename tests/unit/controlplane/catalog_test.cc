#include "tests/support/catch.h"
#include "tests/unit/controlplane/fixture.h"

namespace lif {
namespace {

grpc::Status GetManifest(ControlPlane& plane, const std::string& id,
                         v1::GetManifestResponse* response) {
  grpc::ClientContext context;
  v1::GetManifestRequest request;
  request.set_manifest_id(id);
  return plane.catalog_stub->GetManifest(&context, request, response);
}

TEST_CASE("a manifest comes with all that it pins and its identities", "[catalog]") {
  ControlPlane plane;
  v1::GetManifestResponse response;
  RequireOk(GetManifest(plane, "py-api", &response));
  CHECK(response.manifest().id() == "py-api");
  CHECK(response.manifest().template_ref() == "service@1.0.0");
  CHECK(response.manifest().digest().size() == 64);
  REQUIRE(response.manifest().modules_size() == 2);
  CHECK(response.manifest().modules(0).name() == "ca-roots");
  CHECK(response.manifest().modules(1).slot() == v1::SLOT_APP);
  CHECK(response.template_().config().user().value() == "1000");
  CHECK(response.base().platforms_size() == 2);
  REQUIRE(response.stack_size() == 2);
  CHECK(response.stack(1).module().tests(0).run(0) == "/bin/python-web");
  CHECK(response.stack(1).layer_digest().size() == 64);
  REQUIRE(response.identities_size() == 2);
  CHECK(response.identities(0).platform() == "linux/amd64");
  CHECK(response.identities(0).layer_keys_size() == 3);
  CHECK(response.identities(1).pool() == "arm64");
  CHECK(response.identities(0).build_key() == plane.SubmitOne("py-api").build_key());
}

TEST_CASE("unknown names answer with near ones", "[catalog]") {
  ControlPlane plane;
  v1::GetManifestResponse response;
  const grpc::Status unknown = GetManifest(plane, "py-apj", &response);
  CHECK(unknown.error_code() == grpc::StatusCode::NOT_FOUND);
  CHECK(ReasonIn(unknown) == "MANIFEST_NOT_FOUND");
  CHECK(unknown.error_message().find("'py-api'") != std::string::npos);
  CHECK(FieldsIn(GetManifest(plane, "", &response)) == std::vector<std::string>{"manifest_id"});

  grpc::ClientContext context;
  v1::GetModuleRequest request;
  request.set_name("nginx");
  request.set_version("1.0.1");
  v1::GetModuleResponse module;
  const grpc::Status missing = plane.catalog_stub->GetModule(&context, request, &module);
  CHECK(ReasonIn(missing) == "MODULE_NOT_FOUND");
  CHECK(missing.error_message().find("nginx@1.0.0") != std::string::npos);
}

TEST_CASE("one version of a module", "[catalog]") {
  ControlPlane plane;
  grpc::ClientContext context;
  v1::GetModuleRequest request;
  request.set_name("nginx");
  request.set_version("1.0.0");
  v1::GetModuleResponse response;
  RequireOk(plane.catalog_stub->GetModule(&context, request, &response));
  CHECK(response.module().fragment() == "RUN echo nginx\n");
  CHECK(response.module().platforms_size() == 2);

  grpc::ClientContext wrong_context;
  request.set_name("");
  request.set_version("");
  CHECK(FieldsIn(plane.catalog_stub->GetModule(&wrong_context, request, &response)) ==
        std::vector<std::string>{"name", "version"});
}

TEST_CASE("manifests are listed by ID in pages, and filtered", "[catalog]") {
  ControlPlane plane;
  std::vector<std::string> ids;
  v1::ListManifestsRequest request;
  request.set_page_size(3);
  do {
    grpc::ClientContext context;
    v1::ListManifestsResponse page;
    RequireOk(plane.catalog_stub->ListManifests(&context, request, &page));
    for (const v1::ManifestSummary& manifest : page.manifests()) ids.push_back(manifest.id());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  CHECK(ids == std::vector<std::string>{"gpu-report", "nginx-site", "py-api", "py-worker"});

  grpc::ClientContext context;
  request.set_match("py-*");
  v1::ListManifestsResponse page;
  RequireOk(plane.catalog_stub->ListManifests(&context, request, &page));
  CHECK(page.manifests_size() == 2);

  grpc::ClientContext wrong_context;
  request.set_page_size(-1);
  request.set_page_token("Not A Token");
  request.set_match(std::string(201, '*'));
  CHECK(FieldsIn(plane.catalog_stub->ListManifests(&wrong_context, request, &page)) ==
        std::vector<std::string>{"page_size", "page_token", "match"});
}

TEST_CASE("a Dockerfile is rendered for a platform that is offered", "[catalog]") {
  ControlPlane plane;
  v1::RenderDockerfileRequest request;
  request.set_manifest_id("nginx-site");
  request.set_platform("linux/amd64");
  v1::RenderDockerfileResponse response;
  {
    grpc::ClientContext context;
    RequireOk(plane.catalog_stub->RenderDockerfile(&context, request, &response));
  }
  CHECK(response.dockerfile().find("RUN echo nginx") != std::string::npos);
  CHECK(response.dockerfile().find("FROM 127.0.0.1:5000/debian@sha256:aaaa") != std::string::npos);
  CHECK(response.lines_size() == 2);
  CHECK(response.epoch() == 1700000000);
  CHECK(response.network() == "default");
  CHECK(response.build_key() == plane.SubmitOne("nginx-site").build_key());

  request.set_platform("linux/arm64");
  grpc::ClientContext not_offered;
  const grpc::Status status =
      plane.catalog_stub->RenderDockerfile(&not_offered, request, &response);
  CHECK(status.error_code() == grpc::StatusCode::FAILED_PRECONDITION);
  CHECK(ReasonIn(status) == "PLATFORM_NOT_OFFERED");
  request.set_platform("amd64");
  grpc::ClientContext malformed;
  CHECK(FieldsIn(plane.catalog_stub->RenderDockerfile(&malformed, request, &response)) ==
        std::vector<std::string>{"platform"});
}

TEST_CASE("a catalog that is away is UNAVAILABLE, and cached manifests are still answered",
          "[catalog]") {
  ControlPlane plane;
  v1::GetManifestResponse response;
  RequireOk(GetManifest(plane, "py-api", &response));
  plane.catalog.SetAway(absl::UnavailableError("PostgreSQL is away"));
  RequireOk(GetManifest(plane, "py-api", &response));
  CHECK(plane.catalog.reads() == 1);
  CHECK(GetManifest(plane, "py-worker", &response).error_code() == grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace lif
