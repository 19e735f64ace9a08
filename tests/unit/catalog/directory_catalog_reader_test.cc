#include "common/catalog/directory_catalog_reader.h"

#include "common/base/file_util.h"
#include "tests/support/catch.h"
#include "tests/unit/catalog/catalog_fixture.h"

namespace lif {
namespace {

TEST_CASE("A directory answers as a catalog", "[catalog]") {
  CatalogFixture fixture;
  for (int i = 0; i < 5; ++i) {
    std::string id = "web-" + std::to_string(i);
    fixture.Write("manifests/" + id + ".yaml", *ReadFile(fixture.Path(kManifest), 10000));
    fixture.Replace("manifests/" + id + ".yaml", "id: web", "id: " + id);
  }
  auto reader = DirectoryCatalogReader::Open(fixture.path());
  REQUIRE(reader.ok());
  CHECK((*reader)->GetManifest("web")->stack.size() == 3);
  CHECK(absl::IsNotFound((*reader)->GetManifest("none").status()));
  CHECK((*reader)->GetModule("python3", "1.0.0")->slot == Slot::kCore);
  CHECK((*reader)->GetModule("python3", "1.0.1").status() ==
        absl::NotFoundError("no module 'python3@1.0.1'; did you mean 'python3@1.0.0'?"));

  ManifestFilter filter;
  filter.limit = 4;
  ManifestPage first = *(*reader)->ListManifests(filter);
  REQUIRE(first.manifests.size() == 4);
  CHECK(first.manifests[0].id == "web");
  CHECK(first.manifests[0].digest.size() == 64);
  CHECK(first.next == "web-2");
  filter.after = first.next;
  ManifestPage second = *(*reader)->ListManifests(filter);
  REQUIRE(second.manifests.size() == 2);
  CHECK(second.manifests[1].id == "web-4");
  CHECK(second.next.empty());
}

TEST_CASE("A catalog with problems is not opened", "[catalog]") {
  CatalogFixture fixture;
  fixture.Replace(kManifest, "base: debian-12", "base: none");
  absl::Status status = DirectoryCatalogReader::Open(fixture.path()).status();
  CHECK(absl::IsInvalidArgument(status));
  CHECK(status.message() ==
        "catalog " + fixture.path() +
            " has 1 problems:\nmanifests/web.yaml:4: base: no base 'none'; name a base "
            "of this catalog\n");
}

}  // namespace
}  // namespace lif
