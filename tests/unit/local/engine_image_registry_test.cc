#include "executor/local/engine_image_registry.h"

#include <nlohmann/json.hpp>

#include "common/base/file_util.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"

namespace lif {
namespace {

constexpr char kIndex[] =
    R"({"schemaVersion":2,"manifests":[{"digest":"sha256:1","size":3,"annotations":{"a":"b"}}]})";

// Answers every program alike, and keeps the command lines.
class AlikeRunner final : public ProcessRunner {
 public:
  absl::StatusOr<ProcessResult> Run(const ProcessSpec& spec, std::stop_token) override {
    calls.push_back(spec.argv);
    if (!err.empty()) spec.on_output(OutputStream::kStderr, err);
    return result;
  }
  ProcessResult result;
  std::string err;
  std::vector<std::vector<std::string>> calls;
};

TEST_CASE("the one image of an index gets a name, and keeps all else") {
  const auto named = NameImageInIndex(kIndex, "lif.local/images:x");
  REQUIRE(named.ok());
  const auto manifest = nlohmann::json::parse(*named)["manifests"][0];
  CHECK(manifest["annotations"]["io.containerd.image.name"] == "lif.local/images:x");
  CHECK(manifest["annotations"]["a"] == "b");
  CHECK(manifest["digest"] == "sha256:1");
}

TEST_CASE("an index without exactly one image is refused") {
  for (const char* text : {"", "[]", "{}", R"({"manifests":[]})", R"({"manifests":{"a":1}})",
                           R"({"manifests":[1]})", R"({"manifests":[{},{}]})"}) {
    INFO(text);
    CHECK(absl::IsInvalidArgument(NameImageInIndex(text, "x").status()));
  }
}

TEST_CASE("an image is packed and loaded; no copy of it is left") {
  const TemporaryDirectory directory;
  const std::string image = directory.path() + "/image";
  REQUIRE(MakeDirectories(image).ok());
  REQUIRE(WriteFileAtomically(image + "/index.json", kIndex).ok());
  REQUIRE(WriteFileAtomically(image + ".tar", "left").ok());
  AlikeRunner runner;
  EngineImageRegistry registry(runner, "unix:///engine.sock");
  REQUIRE(registry.Push({image, "lif.local/images:x", ""}, absl::Minutes(1), {}).ok());
  REQUIRE(runner.calls.size() == 2);
  CHECK(runner.calls[0] ==
        std::vector<std::string>{"tar", "-C", image, "-cf", image + ".tar", "."});
  CHECK(runner.calls[1] == std::vector<std::string>{"docker", "--host", "unix:///engine.sock",
                                                    "load", "--quiet", "--input", image + ".tar"});
  CHECK_FALSE(ReadFile(image + ".tar", 10).ok());
  const auto index = ReadFile(image + "/index.json", 1000);
  REQUIRE(index.ok());
  CHECK(index->find("lif.local/images:x") != std::string::npos);
}

TEST_CASE("names are given and taken by the engine") {
  AlikeRunner runner;
  EngineImageRegistry registry(runner, "");
  REQUIRE(registry.Tag("a@sha256:1", "b:t", absl::Minutes(1), {}).ok());
  registry.Remove({}, absl::Minutes(1));
  registry.Remove({"c:1", "c:2"}, absl::Minutes(1));
  CHECK(runner.calls ==
        std::vector<std::vector<std::string>>{{"docker", "tag", "a@sha256:1", "b:t"},
                                              {"docker", "image", "rm", "c:1", "c:2"}});
}

TEST_CASE("what the engine says against it is told") {
  AlikeRunner runner;
  runner.result.exit_code = 1;
  runner.err = "Error response from daemon: no such image\n";
  EngineImageRegistry registry(runner, "");
  const absl::Status refused = registry.Tag("a", "b", absl::Minutes(1), {});
  CHECK(refused.message() == "naming the image b: Error response from daemon: no such image");
  runner.result.end = ProcessResult::End::kStopped;
  CHECK(absl::IsCancelled(registry.Tag("a", "b", absl::Minutes(1), {})));
  runner.result.end = ProcessResult::End::kDeadline;
  CHECK(absl::IsDeadlineExceeded(registry.Tag("a", "b", absl::Minutes(1), {})));
}

}  // namespace
}  // namespace lif
