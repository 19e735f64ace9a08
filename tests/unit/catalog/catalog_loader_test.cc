#include "common/catalog/catalog_loader.h"

#include "common/base/digest.h"
#include "common/base/file_util.h"
#include "common/catalog/digests.h"
#include "common/catalog/resolve.h"
#include "tests/support/catch.h"
#include "tests/unit/catalog/catalog_fixture.h"

namespace lif {
namespace {

TEST_CASE("A catalog without problems is read whole", "[catalog]") {
  CatalogFixture fixture;
  LoadedCatalog loaded = fixture.Load();
  REQUIRE(fixture.Problems() == std::vector<std::string>{});
  CHECK(loaded.catalog.name == "test");
  CHECK(loaded.catalog.schema_version == 1);
  CHECK(loaded.catalog.bases.size() == 1);
  CHECK(loaded.catalog.modules.size() == 3);
  CHECK(loaded.catalog.templates.size() == 1);
  CHECK(loaded.catalog.manifests.size() == 1);
}

TEST_CASE("Fields are read as they are written", "[catalog]") {
  Catalog catalog = CatalogFixture().Load().catalog;
  const Base& base = catalog.bases.at("debian-12");
  CHECK(base.epoch == 1767225600);
  CHECK(base.platforms.at({"linux", "arm64"}) ==
        BasePlatform{"registry.test/lif/debian", "sha256:" + std::string(64, 'b')});
  const Module& app = catalog.modules.at("web-app@2.0.0");
  CHECK(app.slot == Slot::kApp);
  CHECK(app.args == std::map<std::string, std::string>{{"PORT", "8080"}});
  CHECK(app.platforms == std::vector<Platform>{{"linux", "amd64"}, {"linux", "arm64"}});
  REQUIRE(app.tests.size() == 1);
  CHECK(app.tests[0] == ImageTest{"answers",
                                  {"python3", "/srv/app.py", "--check"},
                                  "ok",
                                  absl::Milliseconds(1500),
                                  TestNetwork::kLoopback});
  CHECK(app.files == std::vector<ModuleFile>{{"app.py", Sha256Hex("print('ok')\n"), 12, false}});
  const Template& service = catalog.templates.at("service@1.0.0");
  CHECK(service.slots == std::vector<TemplateSlot>{{Slot::kSecurity, true, true},
                                                   {Slot::kCore, true, true},
                                                   {Slot::kApp, true, false}});
  CHECK(service.config.expose == std::vector<std::string>{"8080/tcp"});
  CHECK_FALSE(service.config.entrypoint.has_value());
  const Manifest& web = catalog.manifests.at("web");
  CHECK(web.modules.at(Slot::kApp) ==
        std::vector<ModuleUse>{{"web-app", "2.0.0", {{"PORT", "3000"}}}});
}

TEST_CASE("Variables are replaced in values and fragments", "[catalog]") {
  CatalogFixture fixture;
  fixture.Replace(kPythonFragment, "$PACKAGES", "$PACKAGES ${{python}}-venv");
  Catalog catalog = fixture.Load().catalog;
  CHECK(catalog.modules.at("python3@1.0.0").args.at("PACKAGES") == "python3-minimal");
  CHECK(catalog.modules.at("python3@1.0.0").fragment.substr(0, 57) ==
        "RUN apt-get install -y $PACKAGES python3-minimal-venv\nENV");
}

TEST_CASE("A manifest without platforms gets what base and modules offer", "[catalog]") {
  CatalogFixture fixture;
  const auto offered = [&fixture] {
    return OfferedPlatforms(*ResolveManifest(fixture.Load().catalog, "web"));
  };
  CHECK(offered() == std::vector<Platform>{{"linux", "amd64"}, {"linux", "arm64"}});
  fixture.Replace(kPython, "slot: core\n", "slot: core\nplatforms: [linux/arm64]\n");
  CHECK(offered() == std::vector<Platform>{{"linux", "arm64"}});
}

TEST_CASE("Blobs are the files of all modules, each content once", "[catalog]") {
  CatalogFixture fixture;
  fixture.Write("modules/app/web-app/2.0.0/files/a/copy.py", "print('ok')\n");
  fixture.Write("modules/app/web-app/2.0.0/files/.hidden", "x");
  LoadedCatalog loaded = fixture.Load();
  REQUIRE(loaded.problems.empty());
  CHECK(loaded.catalog.modules.at("web-app@2.0.0").files.size() == 3);
  REQUIRE(loaded.blobs.size() == 2);
  for (const CatalogBlob& blob : loaded.blobs) {
    CHECK(Sha256Hex(*ReadFile(blob.path, 100)) == blob.sha256);
  }
}

TEST_CASE("Problems of all files are reported at once, by file and line", "[catalog]") {
  CatalogFixture fixture;
  fixture.Replace(kBase, "epoch: 1767225600", "epoch: soon");
  fixture.Replace(kPython, "summary: Python", "sumary: Python");
  fixture.Replace(kAppFragment, "COPY", "COPYY");
  fixture.Replace(kManifest, "service@1.0.0", "servise@1.0.0");
  CHECK(
      fixture.Problems() ==
      std::vector<std::string>{
          "bases/debian-12.yaml:3: epoch: 'soon' is not usable; write a whole number from 0 to "
          "4102444800",
          "manifests/web.yaml:3: template: no template 'servise@1.0.0'; did you mean "
          "'service@1.0.0'?; name a template of this catalog",
          "modules/app/web-app/2.0.0/fragment.Dockerfile:1: instruction: 'COPYY' is not known; did "
          "you mean 'COPY'?; write one of docs/catalog-format.md; a line that goes on ends in a "
          "backslash",
          "modules/core/python3/1.0.0/module.yaml:1: summary: is missing; add summary: …",
          "modules/core/python3/1.0.0/module.yaml:4: 'sumary': is not a known key; did you mean "
          "'summary'?; write one of args, conflicts, name, needs, platforms, provides, requires, "
          "secrets, slot, summary, tests, version"});
}

TEST_CASE("A directory that is not there is an error, not a problem", "[catalog]") {
  absl::Status status = LoadCatalog("/nonexistent/catalog").status();
  CHECK(absl::IsNotFound(status));
  CHECK(std::string(status.message()).find("/nonexistent/catalog") != std::string::npos);
}

TEST_CASE("A long list of problems is cut, and says so", "[catalog]") {
  std::vector<Problem> problems(5, {"f", 1, "x", "is wrong", "mend it"});
  CHECK(FormatProblems(problems, 2) ==
        "f:1: x: is wrong; mend it\nf:1: x: is wrong; mend it\n… and 3 more\n");
  CHECK(FormatProblems({}, 2).empty());
}

}  // namespace
}  // namespace lif
