#include "common/catalog/update_base.h"

#include <filesystem>

#include "common/base/file_util.h"
#include "tests/support/catch.h"
#include "tests/unit/catalog/catalog_fixture.h"

namespace lif {
namespace {

const Platform kAmd64{"linux", "amd64"};
const Platform kArm64{"linux", "arm64"};
const std::string kC = "sha256:" + std::string(64, 'c');
const std::string kD = "sha256:" + std::string(64, 'd');

TEST_CASE("References are what the file names, variables replaced", "[catalog]") {
  CatalogFixture fixture;
  fixture.Replace(kBase, "/debian:12\n    digest", "/debian\n    digest");
  auto references = ReadBaseReferences(fixture.path(), "debian-12");
  REQUIRE(references.ok());
  CHECK(references->at(kAmd64).image == "registry.test/lif/debian");
  CHECK(references->at(kAmd64).tag == "latest");
  CHECK(references->at(kArm64).tag == "12");
  CHECK(ReadBaseReferences(fixture.path(), "debian-13").status() ==
        absl::NotFoundError(
            "catalog " + fixture.path() +
            " has no base 'debian-13'; did you mean 'debian-12'?; its bases are in bases/"));
  CHECK(absl::IsNotFound(ReadBaseReferences(fixture.path(), "../x").status()));
}

TEST_CASE("The copy is pinned, and otherwise the same", "[catalog]") {
  CatalogFixture source;
  source.Write(".git/config", "x");
  source.Replace(kBase, "    digest: sha256:" + std::string(64, 'a') + "\n", "");
  TemporaryDirectory parent;
  const std::string target = parent.path() + "/a/copy";
  REQUIRE(UpdateBase({source.path(),
                      target,
                      "debian-12",
                      {{kAmd64, {"r.test/debian", kC}}, {kArm64, {"r.test/debian", kD}}}})
              .ok());
  CHECK(*ReadFile(target + "/" + kBase, 10000) ==
        "# The base of all.\n"
        "name: debian-12\n"
        "epoch: 1767225600\n"
        "platforms:\n"
        "  linux/amd64:\n"
        "    image: r.test/debian\n"
        "    digest: " +
            kC +
            "\n"
            "  linux/arm64:\n"
            "    image: r.test/debian\n"
            "    digest: " +
            kD + "\n");
  LoadedCatalog loaded = *LoadCatalog(target);
  CHECK(loaded.problems.empty());
  CHECK(loaded.catalog.bases.at("debian-12").platforms.at(kAmd64) ==
        BasePlatform{"r.test/debian", kC});
  CHECK_FALSE(std::filesystem::exists(target + "/.git"));
  CHECK(*ReadFile(target + "/" + kManifest, 10000) == *ReadFile(source.Path(kManifest), 10000));
  CHECK(ReadFile(source.Path(kBase), 10000)->find(kC) == std::string::npos);
}

TEST_CASE("A catalog can be pinned in place, again and again", "[catalog]") {
  CatalogFixture fixture;
  for (const std::string& digest : {kC, kD}) {
    REQUIRE(
        UpdateBase({fixture.path(), fixture.path(), "debian-12", {{kAmd64, {"r.test/x", digest}}}})
            .ok());
    LoadedCatalog loaded = fixture.Load();
    CHECK(loaded.problems.empty());
    CHECK(loaded.catalog.bases.at("debian-12").platforms.size() == 1);
    CHECK(loaded.catalog.bases.at("debian-12").platforms.at(kAmd64).digest == digest);
  }
}

TEST_CASE("What can't be done is refused before anything is written", "[catalog]") {
  CatalogFixture source;
  TemporaryDirectory parent;
  const std::string target = parent.path() + "/copy";
  CHECK(UpdateBase({source.path(), target, "debian-12", {}}) ==
        absl::InvalidArgumentError(
            "no platform of base debian-12 was found in the registry; push the image "
            "of at least one"));
  CHECK(absl::IsInvalidArgument(
      UpdateBase({source.path(), target, "debian-12", {{kAmd64, {"r.test/x", "latest"}}}})));
  CHECK(absl::IsInvalidArgument(
      UpdateBase({source.path(), target, "debian-12", {{kAmd64, {"r.test/x\nname: y", kC}}}})));
  CHECK(
      absl::IsNotFound(UpdateBase({source.path(), target, "none", {{kAmd64, {"r.test/x", kC}}}})));
  CHECK(absl::IsInvalidArgument(UpdateBase(
      {source.path(), source.path() + "/copy", "debian-12", {{kAmd64, {"r.test/x", kC}}}})));
  CHECK_FALSE(std::filesystem::exists(target));
  CHECK_FALSE(std::filesystem::exists(source.path() + "/copy"));
}

TEST_CASE("Every way to write the platforms is rewritten", "[catalog]") {
  const std::map<Platform, BasePlatform> wanted = {{kAmd64, {"r.test/x", kC}},
                                                   {kArm64, {"r.test/x", kD}}};
  struct Row {
    const char* before;
    std::string after;
  };
  const std::string block = "platforms:\n  linux/amd64:\n    image: r.test/x\n    digest: " + kC +
                            "\n  linux/arm64:\n    image: r.test/x\n    digest: " + kD + "\n";
  const Row rows[] = {
      {"platforms: {linux/amd64: {image: a}, linux/arm64: {image: a}}\n", block},
      {"platforms:\n  linux/amd64: {image: a}\n  linux/arm64: {image: a, digest: b}\n", block},
      {"platforms:\n  linux/amd64:\n    image: a\n", block},
      {"platforms:\n  linux/amd64:\n    # kept\n    digest: old  # why\n\n    image: \"a:b\"\n"
       "  linux/arm64:\n    image: a\n",
       "platforms:\n  linux/amd64:\n    # kept\n    digest: " + kC +
           "  # why\n\n    image: r.test/x\n  linux/arm64:\n    image: r.test/x\n    digest: " +
           kD + "\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.before);
    absl::StatusOr<std::string> after =
        RewriteBase(std::string("name: b\nepoch: 1\n") + row.before + "# end\n", wanted);
    CAPTURE(after.status().ToString());
    REQUIRE(after.ok());
    CHECK(*after == "name: b\nepoch: 1\n" + row.after + "# end\n");
  }
}

TEST_CASE("A base file that can't be edited is an error", "[catalog]") {
  const std::map<Platform, BasePlatform> wanted = {{kAmd64, {"r.test/x", kC}}};
  for (const char* text :
       {"", "- a\n", "a: [\n", "name: b\nepoch: 1\n", "name: b\nepoch: 1\nplatforms: x\n",
        "name: b\nepoch: 1\nplatforms: {linux/amd64: {\n image: x\n}}\n"}) {
    CAPTURE(text);
    absl::StatusOr<std::string> after = RewriteBase(text, wanted);
    if (after.ok()) UNSCOPED_INFO(*after);
    CHECK(absl::IsInvalidArgument(after.status()));
  }
}

}  // namespace
}  // namespace lif
