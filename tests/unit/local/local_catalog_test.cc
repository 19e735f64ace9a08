#include "executor/local/local_catalog.h"

#include "executor/local/local_options.h"
#include "tests/support/catch.h"
#include "tests/unit/catalog/catalog_fixture.h"

namespace lif {
namespace {

bool Has(const absl::Status& status, const std::string& part) {
  INFO(status);
  return std::string(status.message()).find(part) != std::string::npos;
}

const std::string kDigestA = "    digest: sha256:" + std::string(64, 'a') + "\n";
const std::string kDigestB = "    digest: sha256:" + std::string(64, 'b') + "\n";

// As an author has it: bases without digests, variables of no site.
void Unpin(const CatalogFixture& catalog) {
  catalog.Replace(kBase, kDigestA, "");
  catalog.Replace(kBase, kDigestB, "");
  catalog.Replace("catalog.yaml", "registry.test/lif", "registry.invalid/lif");
}

TEST_CASE("a pinned catalog is taken as it is") {
  const CatalogFixture catalog, site;
  site.Replace("catalog.yaml", "python3-minimal", "python3-other");
  const auto opened = OpenLocalCatalog(catalog.path(), site.path());
  REQUIRE(opened.ok());
  CHECK(opened->reader->catalog().modules.at("python3@1.0.0").args.at("PACKAGES") ==
        "python3-minimal");
  REQUIRE(opened->files.size() == 1);
  CHECK(opened->files[0].path == catalog.Path("modules/app/web-app/2.0.0/files/app.py"));
}

TEST_CASE("a base without digest is refused with what to do") {
  const CatalogFixture catalog;
  Unpin(catalog);
  const absl::Status status = OpenLocalCatalog(catalog.path(), "").status();
  CHECK(absl::IsFailedPrecondition(status));
  CHECK(Has(status, "base debian-12 of " + catalog.path() + " is not pinned"));
  CHECK(Has(status, "--base-from .lif/catalog"));
  CHECK(Has(status, "lif catalog update-base debian-12 --catalog " + catalog.path()));
}

TEST_CASE("a catalog of the site pins bases and sets variables; the rest is the author's") {
  const CatalogFixture catalog, site;
  Unpin(catalog);
  catalog.Replace(kBase, "epoch: 1767225600", "epoch: 1767225601");
  site.Replace("catalog.yaml", "python3-minimal", "python3-full");
  const auto opened = OpenLocalCatalog(catalog.path(), site.path());
  INFO(opened.status());
  REQUIRE(opened.ok());
  const Base& base = opened->reader->catalog().bases.at("debian-12");
  CHECK(base.epoch == 1767225601);
  CHECK(base.platforms.at({"linux", "amd64"}) ==
        BasePlatform{"registry.test/lif/debian", "sha256:" + std::string(64, 'a')});
  CHECK(opened->reader->catalog().modules.at("python3@1.0.0").args.at("PACKAGES") ==
        "python3-full");
}

TEST_CASE("what is wrong with either catalog is told") {
  const CatalogFixture catalog, site;
  Unpin(catalog);
  CHECK(Has(OpenLocalCatalog(catalog.path(), "/nonexistent").status(), "--base-from: "));
  site.Replace(kManifest, "debian-12", "debian-13");
  CHECK(Has(OpenLocalCatalog(catalog.path(), site.path()).status(), "--base-from: catalog "));
  CHECK(absl::IsNotFound(OpenLocalCatalog("/nonexistent", "").status()));
  const CatalogFixture malformed;
  malformed.Replace(kManifest, "debian-12", "debian-21");
  const absl::Status status = OpenLocalCatalog(malformed.path(), "").status();
  CHECK(absl::IsInvalidArgument(status));
  CHECK(Has(status, "catalog " + malformed.path() + " has 1 problem:\nmanifests/web.yaml:"));
}

TEST_CASE("a base that the site's catalog lacks is named") {
  const CatalogFixture catalog, site;
  Unpin(catalog);
  site.Write("bases/other.yaml",
             "name: other\nepoch: 1767225600\nplatforms:\n  linux/amd64:\n    "
             "image: registry.test/other\n" +
                 kDigestA);
  site.Replace(kManifest, "debian-12", "other");
  site.Remove(kBase);
  CHECK(Has(OpenLocalCatalog(catalog.path(), site.path()).status(),
            "has no base of that name; pin it there: lif catalog update-base debian-12"));
}

TEST_CASE("options of a local build") {
  const Environment none = [](const std::string&) { return std::nullopt; };
  const auto line = ParseLocalCommandLine(
      {"--catalog=c", "--manifest-id=m", "--capability", "gpu", "--capability", "big"}, none);
  REQUIRE(line.ok());
  CHECK(line->options.capabilities == std::vector<std::string>{"big", "gpu"});
  CHECK((line->options.platform == "linux/amd64" || line->options.platform == "linux/arm64"));
  CHECK(line->options.recipe() == Recipe{});
  CHECK(Has(ParseLocalCommandLine({"--manifest-id=m"}, none).status(), "--catalog"));
  CHECK_FALSE(ParseLocalCommandLine({"--catalog=c", "--manifest-id=m", "--platform=x"}, none).ok());
  CHECK(Has(ParseLocalCommandLine({"--catalog=c", "--manifest-id=m", "--trust-domain=A B"}, none)
                .status(),
            "--trust-domain"));
}

}  // namespace
}  // namespace lif
