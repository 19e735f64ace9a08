// A job's Dockerfile against that of the whole image.
#include "absl/strings/str_split.h"
#include "tests/support/catch.h"
#include "tests/unit/stitch/stitch_fixture.h"

namespace lif {
namespace {

const std::string kLayer = "registry.test/lif/layers@sha256:" + std::string(64, 'c');

RenderedDockerfile Render(const JobPart& part) {
  auto rendered = RenderJobDockerfile(FullManifest(), Amd64(), part);
  INFO(rendered.status().ToString());
  REQUIRE(rendered.ok());
  return *std::move(rendered);
}

// What comes after the first FROM, with the empty line that parts stages.
std::string Stages(const std::string& text) {
  return text.substr(text.find("\n\n") + 1);
}

std::string Refusal(const JobPart& part) {
  const absl::Status status = RenderJobDockerfile(FullManifest(), Amd64(), part).status();
  CHECK(absl::IsInvalidArgument(status));
  return std::string(status.message());
}

TEST_CASE("the jobs of a stack have the stages of the whole, byte by byte", "[stitch]") {
  const std::string whole = RenderDockerfile(FullManifest(), Amd64())->text;
  for (const auto& cuts : std::vector<std::vector<int>>{{}, {1}, {2}, {1, 2}, {1, 2, 3}, {3}}) {
    std::string together;
    int below = 0;
    for (const int cut : cuts) {
      together += Stages(Render({below, below == 0 ? "" : kLayer, cut}).text);
      below = cut;
    }
    together += Stages(Render({below, below == 0 ? "" : kLayer, 0}).text);
    CHECK(together == Stages(whole));
  }
}

TEST_CASE("a job stands on the digest of the layer below, under that layer's stage name",
          "[stitch]") {
  const std::string text = Render({2, kLayer, 0}).text;
  CHECK(text.find("FROM " + kLayer + " AS core-node\n") != std::string::npos);
  CHECK(text.find("FROM core-node AS app-web-app\n") != std::string::npos);
  CHECK(text.find("install-node") == std::string::npos);
  CHECK(text.find("debian@") == std::string::npos);
}

TEST_CASE("a layer job has neither the image's configuration nor what is above", "[stitch]") {
  const RenderedDockerfile layer = Render({1, kLayer, 2});
  CHECK(layer.text.find("AS image") == std::string::npos);
  CHECK(layer.text.find("web-app") == std::string::npos);
  CHECK(layer.text.find("install-node") != std::string::npos);
}

TEST_CASE("a job's lines, contexts and secrets are its own", "[stitch]") {
  const RenderedDockerfile node = Render({1, kLayer, 2});
  REQUIRE(node.lines.size() == 1);
  CHECK(node.lines[0].stage == "core-node");
  const std::vector<std::string> lines = absl::StrSplit(node.text, '\n');
  CHECK(lines[node.lines[0].first - 1] == "SHELL [\"/bin/bash\", \"-euc\"]");
  CHECK(lines[node.lines[0].last - 1] == "WORKDIR /srv");
  CHECK(node.contexts.empty());
  REQUIRE(node.secrets.size() == 1);
  CHECK(node.secrets[0].id == "npm-token");
  const RenderedDockerfile image = Render({2, kLayer, 0});
  CHECK(image.secrets.empty());
  REQUIRE(image.contexts.size() == 1);
  CHECK(image.contexts[0].name == "module-web-app");
}

TEST_CASE("a part that is not one of the stack is refused", "[stitch]") {
  CHECK(Refusal({0, "", 4}) == "manifest web has 3 modules: a job can't build those from 1 to 4");
  CHECK(Refusal({4, kLayer, 0}) ==
        "manifest web has 3 modules: a job can't build those from 5 to the top");
  CHECK(Refusal({2, kLayer, 2}).find("from 3 to 2") != std::string::npos);
  CHECK(Refusal({2, kLayer, 1}).find("from 3 to 1") != std::string::npos);
  CHECK(Refusal({-1, kLayer, 0}).find("from 0") != std::string::npos);
  CHECK(Refusal({0, kLayer, 1}) == "a job that begins on the base stands on no layer");
}

TEST_CASE("a layer is only stood on by its digest, and nothing gets out of the FROM", "[stitch]") {
  for (const std::string& image :
       {std::string(), std::string("registry.test/lif/layers:latest"),
        "registry.test/lif/layers@sha256:" + std::string(63, 'c'),
        "registry.test/lif layers@sha256:" + std::string(64, 'c'), kLayer + " AS x",
        kLayer + "\nRUN reboot", "x\nRUN reboot@sha256:" + std::string(64, 'c')}) {
    INFO(image);
    CHECK_FALSE(Refusal({1, image, 0}).empty());
  }
}

}  // namespace
}  // namespace lif
