// Whole Dockerfiles, byte by byte. A changed form of the text is a new stitch version: layer keys
// take it in. To write the files anew: LIF_WRITE_GOLDEN=1 unit_stitch "[golden]".
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/support/catch.h"
#include "tests/unit/stitch/stitch_fixture.h"

namespace lif {
namespace {

void CheckGolden(const std::string& name, const std::string& text) {
  const std::string path = std::string(LIF_SOURCE_DIR) + "/tests/unit/stitch/golden/" + name;
  if (std::getenv("LIF_WRITE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << text;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream golden;
  golden << file.rdbuf();
  CHECK(text == golden.str());
}

TEST_CASE("A manifest with everything", "[stitch][golden]") {
  CheckGolden("full.Dockerfile", TextOrError(FullManifest()));
}

TEST_CASE("Another platform, trust domain and stitch version", "[stitch][golden]") {
  RenderOptions options = Amd64();
  options.platform = {"linux", "arm64"};
  options.recipe.trust_domain = "blue";
  CheckGolden("full-arm64-blue.Dockerfile", TextOrError(FullManifest(), options));
}

TEST_CASE("A manifest without modules and configuration", "[stitch][golden]") {
  CheckGolden("empty.Dockerfile", TextOrError(EmptyManifest()));
}

std::string JobText(const JobPart& part) {
  const auto rendered = RenderJobDockerfile(FullManifest(), Amd64(), part);
  return rendered.ok() ? rendered->text : std::string(rendered.status().message());
}

const char kLayer[] =
    "registry.test:5000/lif/layers@sha256:"
    "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc";

TEST_CASE("The jobs of a manifest: the lowest layer, one above it, and the image",
          "[stitch][golden]") {
  CheckGolden("layer-1.Dockerfile", JobText({0, "", 1}));
  CheckGolden("layer-2.Dockerfile", JobText({1, kLayer, 2}));
  CheckGolden("image-on-2.Dockerfile", JobText({2, kLayer, 0}));
}

TEST_CASE("An image job that builds no layer", "[stitch][golden]") {
  CheckGolden("image-on-3.Dockerfile", JobText({3, kLayer, 0}));
}

}  // namespace
}  // namespace lif
