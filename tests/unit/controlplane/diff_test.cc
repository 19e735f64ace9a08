#include "tests/support/catch.h"
#include "tests/unit/controlplane/fixture.h"

namespace lif {
namespace {

class Records {
 public:
  explicit Records(ControlPlane& plane) : plane_(plane) {}
  // A recorded build of a manifest on linux/amd64, with these packages; newer than the others.
  std::string Add(const std::string& manifest_id, std::vector<Package> packages,
                  Outcome outcome = Outcome::kCompatible);

 private:
  ControlPlane& plane_;
  int count_ = 0;
};

std::string Records::Add(const std::string& manifest_id, std::vector<Package> packages,
                         Outcome outcome) {
  const auto manifest = plane_.manifests.Get(manifest_id);
  REQUIRE(manifest.ok());
  const PlatformOffer& offer = (*manifest)->offers[0];
  Record record;
  record.build_id = "01HZX000000000000000000" + std::to_string(100 + ++count_);
  record.build_key = offer.identity.build_key;
  record.generation = count_;
  record.manifest_id = manifest_id;
  record.platform = offer.platform.ToString();
  record.outcome = outcome;
  record.finished = plane_.clock.Now();
  record.packages = std::move(packages);
  for (size_t i = 0; i < offer.identity.chain.size(); ++i) {
    const LayerKey& layer = offer.identity.chain[i];
    record.layers.push_back({static_cast<int>(i), layer.key, layer.module_ref, "core"});
  }
  REQUIRE(plane_.records.Commit(record).ok());
  return record.build_id;
}

grpc::Status Diff(ControlPlane& plane, const v1::DiffBuildsRequest& request,
                  v1::DiffBuildsResponse* response) {
  grpc::ClientContext context;
  return plane.record->DiffBuilds(&context, request, response);
}

v1::DiffBuildsRequest OfManifests(const std::string& a, const std::string& b,
                                  const std::string& platform = "") {
  v1::DiffBuildsRequest request;
  request.mutable_a()->set_manifest_id(a);
  request.mutable_b()->set_manifest_id(b);
  request.set_platform(platform);
  return request;
}

// "module +nginx 1.0.0"
std::vector<std::string> Lines(const v1::DiffBuildsResponse& response) {
  std::vector<std::string> lines;
  for (const v1::DiffEntry& entry : response.entries()) {
    const bool added = entry.change() == v1::CHANGE_KIND_ADDED;
    const bool removed = entry.change() == v1::CHANGE_KIND_REMOVED;
    std::string line = entry.what() + (added ? " +" : removed ? " -" : " ~") + entry.name();
    if (!entry.a().empty()) line += " " + entry.a();
    if (!added && !removed) line += " →";
    if (!entry.b().empty()) line += " " + entry.b();
    lines.push_back(line);
  }
  return lines;
}

std::string ShortKey(ControlPlane& plane, const std::string& manifest_id, size_t position) {
  const auto manifest = plane.manifests.Get(manifest_id);
  REQUIRE(manifest.ok());
  return (*manifest)->offers[0].identity.chain[position].key.substr(0, 12);
}

TEST_CASE("diff: manifests with another app module share what is below it", "[diff]") {
  ControlPlane plane;
  v1::DiffBuildsResponse response;
  RequireOk(Diff(plane, OfManifests("py-api", "nginx-site"), &response));
  CHECK(response.a().platform() == "linux/amd64");
  CHECK(response.b().manifest_id() == "nginx-site");
  CHECK(response.shared_layers() == 1);
  CHECK(response.layers_a() == 2);
  CHECK(response.layers_b() == 2);
  CHECK(Lines(response) ==
        std::vector<std::string>{
            "module +nginx 1.0.0", "module -python-web 1.0.0",
            "test +nginx/works [\"/bin/nginx\", \"--version\"] within 30s",
            "test -python-web/works [\"/bin/python-web\", \"--version\"] within 30s",
            "layer +nginx nginx@1.0.0 " + ShortKey(plane, "nginx-site", 2),
            "layer -python-web python-web@1.0.0 " + ShortKey(plane, "py-api", 2)});
  REQUIRE(response.notes_size() == 2);
  CHECK(response.notes(0) ==
        "packages are not compared: py-api on linux/amd64 has no record yet; "
        "build it first");
}

TEST_CASE("diff: manifests that build the same are equal", "[diff]") {
  ControlPlane plane;
  v1::DiffBuildsResponse response;
  RequireOk(Diff(plane, OfManifests("py-api", "py-worker", "linux/arm64"), &response));
  CHECK(response.entries().empty());
  CHECK(response.shared_layers() == 2);
  CHECK(response.a().platform() == "linux/arm64");

  RequireOk(Diff(plane, OfManifests("py-api", "gpu-report"), &response));
  CHECK(Lines(response) == std::vector<std::string>{"config +requires [\"gpu\"]"});
}

TEST_CASE("diff: packages of the newest effective records are compared by name", "[diff]") {
  ControlPlane plane;
  Records records(plane);
  records.Add("py-api", {{"deb", "old", "1", "amd64", ""}});
  const std::string a = records.Add("py-api", {{"deb", "zlib1g", "1.2", "amd64", ""},
                                               {"deb", "libc6", "2.36", "amd64", ""},
                                               {"npm", "ms", "2.0.0", "", ""},
                                               {"npm", "ms", "2.1.3", "", ""},
                                               {"deb", "gone", "1", "", ""}});
  const std::string b = records.Add("py-worker", {{"deb", "zlib1g", "1.3", "amd64", ""},
                                                  {"deb", "libc6", "2.36", "amd64", ""},
                                                  {"npm", "ms", "2.1.3", "", ""},
                                                  {"pypi", "flask", "3.0", "", ""}});
  v1::DiffBuildsResponse response;
  RequireOk(Diff(plane, OfManifests("py-api", "py-worker"), &response));
  CHECK(response.a().build_id() == a);
  CHECK(response.b().build_id() == b);
  CHECK(Lines(response) == std::vector<std::string>{
                               "package -deb gone 1", "package ~deb zlib1g:amd64 1.2 → 1.3",
                               "package ~npm ms 2.0.0, 2.1.3 → 2.1.3", "package +pypi flask 3.0"});
  CHECK(response.shared_packages() == 1);
  CHECK(response.notes().empty());
}

TEST_CASE("diff: two builds of one manifest, one without a package list", "[diff]") {
  ControlPlane plane;
  Records records(plane);
  const std::string a = records.Add("py-api", {{"deb", "libc6", "2.36", "amd64", ""}});
  const std::string b = records.Add("py-api", {}, Outcome::kFailed);
  v1::DiffBuildsRequest request;
  request.mutable_a()->set_build_id(a);
  request.mutable_b()->set_build_id(b);
  v1::DiffBuildsResponse response;
  RequireOk(Diff(plane, request, &response));
  CHECK(Lines(response) == std::vector<std::string>{"outcome ~outcome compatible → failed"});
  REQUIRE(response.notes_size() == 1);
  CHECK(response.notes(0) == "packages are not compared: build " + b +
                                 " of py-api on linux/amd64 has no recorded package list");
}

TEST_CASE("diff: unknown sides have near matches, and wrong requests name the field", "[diff]") {
  ControlPlane plane;
  Records records(plane);
  v1::DiffBuildsResponse response;
  const grpc::Status unknown = Diff(plane, OfManifests("py-api", "py-worke"), &response);
  CHECK(unknown.error_code() == grpc::StatusCode::NOT_FOUND);
  CHECK(ReasonIn(unknown) == "MANIFEST_NOT_FOUND");
  CHECK(unknown.error_message().find("'py-worker'") != std::string::npos);

  v1::DiffBuildsRequest request = OfManifests("py-api", "py-worker");
  request.mutable_b()->set_build_id("01HZX0000000000000000000AA");
  CHECK(ReasonIn(Diff(plane, request, &response)) == "RECORD_NOT_FOUND");

  using Fields = std::vector<std::string>;
  CHECK(FieldsIn(Diff(plane, {}, &response)) == Fields{"a", "b"});
  request.mutable_a()->set_manifest_id("No Name");
  request.mutable_b()->set_build_id("short");
  request.set_platform("amd64");
  CHECK(FieldsIn(Diff(plane, request, &response)) ==
        Fields{"a.manifest_id", "b.build_id", "platform"});

  const grpc::Status offered =
      Diff(plane, OfManifests("py-api", "nginx-site", "linux/arm64"), &response);
  CHECK(offered.error_code() == grpc::StatusCode::FAILED_PRECONDITION);
  CHECK(ReasonIn(offered) == "PLATFORM_NOT_OFFERED");

  request = OfManifests("", "py-worker", "linux/arm64");
  request.mutable_a()->set_build_id(records.Add("py-api", {}));
  const grpc::Status contradicted = Diff(plane, request, &response);
  CHECK(contradicted.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
  CHECK(contradicted.error_message().find("is of linux/amd64: leave it out") != std::string::npos);
}

}  // namespace
}  // namespace lif
