#include <nlohmann/json.hpp>

#include "tests/support/catch.h"
#include "tests/unit/cli/fake_factory.h"

namespace lif {
namespace {

v1::GetImpactResponse FirstPage() {
  v1::GetImpactResponse page;
  page.set_manifest_count(30);
  page.set_image_count(31);
  page.set_layer_count(12);
  v1::ImpactedPool* amd64 = page.add_pools();
  amd64->set_pool("amd64");
  amd64->set_layers(11);
  amd64->set_images(30);
  amd64->set_unknown_layers(1);
  amd64->set_unknown_images(2);
  amd64->mutable_estimated_work()->set_seconds(125);
  v1::ImpactedPool* arm64 = page.add_pools();
  arm64->set_pool("arm64");
  arm64->set_layers(1);
  arm64->set_images(1);
  arm64->set_unknown_layers(1);
  arm64->set_unknown_images(1);
  for (const char* platform : {"linux/amd64", "linux/arm64"}) {
    v1::ImpactedManifest* row = page.add_manifests();
    row->set_manifest_id("web");
    row->set_platform(platform);
    row->set_layers(2);
  }
  page.set_next_page_token("web");
  return page;
}

TEST_CASE("impact: totals first, then manifests up to the limit, and how many more") {
  FakeFactory factory;
  factory.catalog.impact_pages = {FirstPage()};
  const CliRun run = factory.Run({"impact", "--module", "python3@1.0.0", "--limit", "1"});
  CHECK(run.code == 0);
  CHECK(run.out ==
        "module python3@1.0.0: 12 layers to build anew, for 31 images of 30 manifests\n"
        "\n"
        "POOL   LAYERS  IMAGES     WORK  TIME NOT KNOWN OF\n"
        "amd64      11      30   2m 05s  1 layer, 2 images\n"
        "arm64       1       1  unknown  1 layer, 1 image\n"
        "\n"
        "MANIFEST  PLATFORM     LAYERS\n"
        "web       linux/amd64       2\n"
        "web       linux/arm64       2\n"
        "and 29 more manifests; --limit 0 lists all\n");
  REQUIRE(factory.catalog.impact_requests.size() == 1);
  CHECK(factory.catalog.impact_requests[0].module() == "python3@1.0.0");
  CHECK(factory.catalog.impact_requests[0].page_size() == 1);
}

TEST_CASE("impact: pages are put together, and JSON has the totals of the first") {
  FakeFactory factory;
  v1::GetImpactResponse second;
  second.add_manifests()->set_manifest_id("worker");
  factory.catalog.impact_pages = {FirstPage(), second};
  const CliRun run =
      factory.Run({"impact", "--base", "debian-12", "--limit", "0", "--output", "json"});
  CHECK(run.code == 0);
  const auto json = nlohmann::json::parse(run.out);
  CHECK(json["manifest_count"] == 30);
  REQUIRE(json["manifests"].size() == 3);
  CHECK(json["manifests"][2]["manifest_id"] == "worker");
  CHECK(json["next_page_token"] == "");
  REQUIRE(factory.catalog.impact_requests.size() == 2);
  CHECK(factory.catalog.impact_requests[1].base() == "debian-12");
  CHECK(factory.catalog.impact_requests[1].page_token() == "web");
}

TEST_CASE("impact and diff: what is unused, and wrong command lines") {
  FakeFactory factory;
  const CliRun unused = factory.Run({"impact", "--base", "debian-12"});
  CHECK(unused.out == "no published manifest stands on base debian-12\n");
  const std::pair<std::vector<std::string>, const char*> wrong[] = {
      {{"impact"}, "error: name one: --module NAME[@VERSION] or --base NAME\n"},
      {{"impact", "--module", "a", "--base", "b"},
       "error: name one: --module NAME[@VERSION] or --base NAME\n"},
      {{"impact", "--module", "a", "--limit", "-1"}, "error: --limit: '-1' is below 0\n"},
      {{"diff", "web"},
       "error: name two to compare, not 1: lif diff A B, each a manifest ID or a build ID\n"},
      {{"diff", "web", "api", "--manifest-id", "x"}, "error: name two to compare, not 3"}};
  for (const auto& [args, message] : wrong) {
    const CliRun run = factory.Run(args);
    CHECK(run.code == 2);
    CHECK(run.err.substr(0, std::string(message).size()) == message);
  }
}

void AddEntry(v1::DiffBuildsResponse* diff, const std::string& what, const std::string& name,
              v1::ChangeKind change, const std::string& a, const std::string& b) {
  v1::DiffEntry* entry = diff->add_entries();
  entry->set_what(what);
  entry->set_name(name);
  entry->set_change(change);
  entry->set_a(a);
  entry->set_b(b);
}

TEST_CASE("diff: grouped, with signs, a summary and notes") {
  FakeFactory factory;
  v1::DiffBuildsResponse& diff = factory.records.diff_reply;
  diff.mutable_a()->set_manifest_id("web");
  diff.mutable_a()->set_platform("linux/amd64");
  diff.mutable_b()->set_manifest_id("api");
  diff.mutable_b()->set_platform("linux/amd64");
  diff.mutable_b()->set_build_id(kBuildB);
  AddEntry(&diff, "module", "python3", v1::CHANGE_KIND_CHANGED, "1.0.0", "1.1.0");
  AddEntry(&diff, "module", "tini", v1::CHANGE_KIND_ADDED, "", "0.19.0");
  AddEntry(&diff, "argument", "web.PORT", v1::CHANGE_KIND_REMOVED, "80", "");
  diff.set_shared_layers(1);
  diff.set_layers_a(2);
  diff.set_layers_b(3);
  diff.set_shared_packages(103);
  diff.add_notes("packages are not compared");
  const CliRun run = factory.Run({"diff", "--manifest-id", "web", kBuildB});
  CHECK(run.code == 0);
  CHECK(run.out == std::string("A  web linux/amd64\n"
                               "B  api linux/amd64  ") +
                       kBuildB +
                       "\n\n"
                       "modules\n"
                       "  ~ python3   1.0.0 -> 1.1.0\n"
                       "  + tini      0.19.0\n"
                       "\n"
                       "arguments\n"
                       "  - web.PORT  80\n"
                       "\n"
                       "they differ in 2 modules, 1 argument; shared: 1 of 3 layers, 103 packages\n"
                       "note: packages are not compared\n");
  CHECK(factory.records.diff_request.a().manifest_id() == "web");
  CHECK(factory.records.diff_request.b().build_id() == kBuildB);
}

TEST_CASE("diff: what is equal is said so") {
  FakeFactory factory;
  v1::DiffBuildsResponse& diff = factory.records.diff_reply;
  diff.mutable_a()->set_manifest_id("web");
  diff.mutable_b()->set_manifest_id("api");
  diff.set_shared_layers(4);
  diff.set_layers_a(4);
  diff.set_layers_b(4);
  const CliRun run = factory.Run({"diff", "web", "api", "--platform", "linux/arm64"});
  CHECK(run.out.find("\nequal: 4 layers\n") != std::string::npos);
  CHECK(factory.records.diff_request.platform() == "linux/arm64");
  CHECK(nlohmann::json::parse(
            factory.Run({"diff", "web", "api", "--output", "json"}).out)["shared_layers"] == 4);
}

}  // namespace
}  // namespace lif
