// Files and directories that do not belong into a catalog.
#include <algorithm>
#include <filesystem>

#include "common/catalog/catalog_scan.h"
#include "tests/support/catch.h"
#include "tests/unit/catalog/catalog_fixture.h"

namespace lif {
namespace {

namespace fs = std::filesystem;
using Messages = std::vector<std::string>;

TEST_CASE("Hidden files and notes are passed over", "[catalog]") {
  CatalogFixture fixture;
  fixture.Write(".git/config", "x");
  fixture.Write("README.md", "x");
  fixture.Write("modules/core/python3/NOTES.md", "x");
  fixture.Write("manifests/.web.yaml.swp", "x");
  CHECK(fixture.Problems() == Messages{});
}

TEST_CASE("What does not belong into a catalog is named", "[catalog]") {
  CatalogFixture fixture;
  fixture.Write("module/x", "x");
  fixture.Write("modules/cores/x/1.0.0/module.yaml", "x");
  fixture.Write("modules/core/python3/1.0.0/Dockerfile", "x");
  fixture.Write("manifests/web.yml", "x");
  fixture.Write("templates/loose.yaml", "x");
  CHECK(
      fixture.Problems() ==
      Messages{
          "manifests/web.yml: is not a .yaml file; rename or remove it",
          "module: does not belong into a catalog; did you mean 'modules'?; remove it; "
          "docs/catalog-format.md shows what a catalog has",
          "modules/core/python3/1.0.0/Dockerfile: does not belong into a module; keep files of the "
          "module under files/",
          "modules/cores: is not a slot; did you mean 'core'?; name it security, core, light or "
          "app",
          "templates/loose.yaml: is not a directory; make it a directory"});
}

TEST_CASE("Missing files are named", "[catalog]") {
  CatalogFixture fixture;
  fixture.Remove("catalog.yaml");
  fixture.Remove(kPythonFragment);
  fixture.Remove(kManifest);
  fixture.Replace(kBase, "${{ registry }}", "r.test");
  fixture.Replace(kBase, "${{ registry }}", "r.test");
  fixture.Replace(kPython, "${{ python }}", "python3");
  CHECK(fixture.Problems() ==
        Messages{
            "catalog.yaml: is missing; write schema: 1 and name: … into it",
            "manifests: has no manifest; write manifests/<id>.yaml; a manifest is what gets built",
            "modules/core/python3/1.0.0/fragment.Dockerfile: is missing; write it; "
            "docs/catalog-format.md shows how"});
}

TEST_CASE("A module is in one slot", "[catalog]") {
  CatalogFixture fixture;
  fixture.Write("modules/light/python3/1.0.0/module.yaml", "x");
  fixture.Write("modules/light/python3/1.0.0/fragment.Dockerfile", "RUN x");
  CHECK(
      fixture.Problems() ==
      Messages{
          "modules/light/python3/1.0.0/module.yaml:1: name: python3@1.0.0 is in another slot, too; "
          "a module has one slot: rename or remove one of them"});
}

TEST_CASE("Symbolic links are refused wherever they are", "[catalog]") {
  CatalogFixture fixture;
  fs::create_symlink("/etc/passwd", fixture.Path("modules/app/web-app/2.0.0/files/passwd"));
  fs::create_directory_symlink("/etc", fixture.Path("modules/app/web-app/2.0.0/files/etc"));
  fs::create_symlink("web.yaml", fixture.Path("manifests/other.yaml"));
  fs::create_directory_symlink("../core", fixture.Path("modules/light"));
  CHECK(
      fixture.Problems() ==
      Messages{
          "manifests/other.yaml: is a symbolic link; put the file itself there",
          "modules/app/web-app/2.0.0/files/etc: is a symbolic link; put the file itself there, or "
          "make the link in a RUN",
          "modules/app/web-app/2.0.0/files/passwd: is a symbolic link; put the file itself there, "
          "or make the link in a RUN",
          "modules/light: is a symbolic link; make it a directory"});
}

TEST_CASE("A files directory that is a link is refused", "[catalog]") {
  CatalogFixture fixture;
  fixture.Remove("modules/app/web-app/2.0.0/files");
  fs::create_directory_symlink("/etc", fixture.Path("modules/app/web-app/2.0.0/files"));
  fixture.Replace(kAppFragment, "COPY --from=module app.py /srv/\n", "");
  CHECK(fixture.Problems() ==
        Messages{"modules/app/web-app/2.0.0/files: is a symbolic link; make it a directory"});
}

TEST_CASE("Names that a Dockerfile can't hold are refused", "[catalog]") {
  CatalogFixture fixture;
  fixture.Write("modules/app/web-app/2.0.0/files/a\nb", "x");
  fixture.Write("modules/app/web-app/2.0.0/files/a\"b", "x");
  fixture.Write("modules/app/web-app/2.0.0/files/a\xff", "x");
  Messages problems = fixture.Problems();
  REQUIRE(problems.size() == 3);
  for (const std::string& problem : problems) {
    CHECK(problem.find(
              "has a name that a Dockerfile can't hold; use UTF-8 without control characters, "
              "quotes and backslashes") != std::string::npos);
    CHECK(problem.find('\n') == std::string::npos);
  }
}

TEST_CASE("The mode bit that is kept is the owner's x", "[catalog]") {
  CatalogFixture fixture;
  fs::permissions(fixture.Path("modules/app/web-app/2.0.0/files/app.py"), fs::perms(0744));
  CHECK(fixture.Load().catalog.modules.at("web-app@2.0.0").files.at(0).executable);
}

TEST_CASE("Files of a module are bounded in number and size", "[catalog]") {
  CatalogFixture fixture;
  fs::resize_file(fixture.Path("modules/app/web-app/2.0.0/files/app.py"), kMaxModuleFilesBytes + 1);
  fixture.Replace(kAppFragment, "COPY --from=module app.py /srv/\n", "");
  CHECK(
      fixture.Problems() ==
      Messages{"modules/app/web-app/2.0.0/files: is over the limit of 16777216 bytes; fetch large "
               "files with ADD --checksum"});
  CatalogFixture many;
  for (size_t i = 0; i < kMaxFilesPerModule; ++i) {
    many.Write("modules/app/web-app/2.0.0/files/" + std::to_string(i), "");
  }
  // Which files are within the limit is the file system's choice: what names others may be told
  // too.
  const Messages problems = many.Problems();
  CHECK(std::count(problems.begin(), problems.end(),
                   "modules/app/web-app/2.0.0/files: has more than 2000 files; pack them into one "
                   "archive and unpack it in a RUN") == 1);
}

TEST_CASE("YAML files are bounded in size", "[catalog]") {
  CatalogFixture fixture;
  fixture.Write(kBase, std::string(256 * 1024 + 1, '#'));
  fixture.Write(kAppFragment, std::string(256 * 1024 + 1, '#'));
  CHECK(fixture.Problems() ==
        Messages{
            "bases/debian-12.yaml: is not a file of at most 262144 bytes; make it a readable, "
            "smaller "
            "file",
            "modules/app/web-app/2.0.0/fragment.Dockerfile: is not a file of at most 262144 bytes; "
            "make it a readable, smaller file"});
}

}  // namespace
}  // namespace lif
