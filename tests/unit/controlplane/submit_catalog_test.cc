// Where a submit gets what it knows of manifests.
#include "tests/unit/controlplane/replica.h"

namespace lif {
namespace {

TEST_CASE("what the index knows is planned without a look at the catalog", "[submit]") {
  ControlPlane plane;
  plane.SubmitOne("py-api");
  const int calls = plane.catalog.calls();
  Replica replica(plane);
  SubmitBuildsInput input = Asking({"py-api", "py-worker", "nginx-site"});
  input.validate_only = true;
  CHECK(replica.Submit(input).builds.size() == 3);
  CHECK(plane.catalog.reads() == 4);
  CHECK(plane.catalog.calls() == calls + 1);  // the version, for the layers that are shared

  SECTION("what is published later is found when it is asked for") {
    Manifest more = TestCatalog().manifests.at("py-api");
    more.id = "py-more";
    plane.catalog.AddManifest(more);
    CHECK(plane.SubmitOne("py-more").disposition() == v1::DISPOSITION_QUEUED);
    CHECK(plane.catalog.reads() == 5);
  }
  SECTION("what is unknown does not hide the rest") {
    const SubmitBuildsOutput output = replica.Submit(Asking({"py-worker", "py-ap"}));
    CHECK(output.builds[0].answer == SubmitAnswer::kQueued);
    CHECK(output.builds[1].invalid_code == "MANIFEST_NOT_FOUND");
  }
}

TEST_CASE("a platform that a base gains is offered once it is asked for", "[submit]") {
  const Platform arm64 = *ParsePlatform("linux/arm64");
  ControlPlane plane;
  const std::string base = TestCatalog().manifests.at("py-api").base;
  Catalog lacking = TestCatalog();
  const BasePlatform gained = lacking.bases.at(base).platforms.at(arm64);
  lacking.bases.at(base).platforms.erase(arm64);
  MemoryCatalogReader catalog(lacking);
  LayerIndex layers(catalog, Recipe());
  ManifestCache manifests(catalog, Recipe(), 1 << 20, plane.clock);
  const SubmitBuilds submit(
      {manifests, plane.records, plane.queue, layers, plane.ledger, plane.clock});
  SubmitBuildsInput input;
  input.builds = {{"py-api", {"linux/arm64"}}};
  CHECK(submit.Run(input, kGoing)->builds[0].invalid_code == "PLATFORM_NOT_OFFERED");
  catalog.AddPlatform(base, arm64, gained);
  CHECK(submit.Run(input, kGoing)->builds[0].answer == SubmitAnswer::kQueued);
}

}  // namespace
}  // namespace lif
