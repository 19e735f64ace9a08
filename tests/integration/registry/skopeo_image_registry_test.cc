// Pushing, mounting and looking for blobs, against a real registry.
#include "executor/skopeo_image_registry.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/process/posix_process_runner.h"
#include "tests/integration/registry/oci_layout.h"
#include "tests/support/catch.h"
#include "tests/support/registry_server.h"
#include "tests/support/temporary_directory.h"

namespace lif {
namespace {

constexpr absl::Duration kTime = absl::Minutes(1);

struct CountingRunner final : ProcessRunner {
  absl::StatusOr<ProcessResult> Run(const ProcessSpec& spec, std::stop_token stop) override {
    ++started;
    return PosixProcessRunner().Run(spec, stop);
  }
  int started = 0;
};

struct Factory {
  RegistryServer server;
  CountingRunner runner;
  RegistryClient client{runner, {}};
  SkopeoImageRegistry registry{client, runner, {}};
  TemporaryDirectory directory;
  std::string layers = server.address() + "/lif/layers";
  std::string images = server.address() + "/lif/images";

  void Delete(const std::string& repository, const std::string& kind, const std::string& digest) {
    const std::string path = repository.substr(repository.find('/') + 1);
    ProcessSpec spec;
    spec.argv = {"curl", "-sfX", "DELETE",
                 absl::StrCat("http://", server.address(), "/v2/", path, "/", kind, "/", digest)};
    spec.deadline = kTime;
    const auto deleted = RunCaptured(runner, spec, {});
    REQUIRE(deleted.ok());
    REQUIRE(deleted->result.Succeeded());
  }
};

TEST_CASE("A push by digest sends what the registry lacks, once", "[images]") {
  Factory f;
  const OciLayout layout = WriteOciLayout(f.directory.path(), {"amd64"}, "layer of ");
  const auto image = ReadOciImage(layout.directory);
  REQUIRE(image.ok());
  CHECK(image->digest == layout.digest);
  const std::string by_digest = f.layers + "@" + layout.digest;
  const auto first = f.registry.Push({layout.directory, by_digest, ""}, kTime, {});
  INFO(first.status().ToString());
  REQUIRE(first.ok());
  CHECK(first->bytes == image->manifest.Size());
  CHECK(f.registry.Push({layout.directory, by_digest, ""}, kTime, {})->bytes == 0);
  // All of it is mounted from the repository below.
  const auto mounted =
      f.registry.Push({layout.directory, f.images + ":build-x", f.layers}, kTime, {});
  REQUIRE(mounted.ok());
  CHECK(mounted->bytes == 0);
  CHECK(*f.client.ResolveDigest(f.images + ":build-x", {}) == layout.digest);
  const auto found = f.registry.Find(f.images + "@" + layout.digest, kTime, {});
  REQUIRE(found.ok());
  CHECK(found->layers.size() == 1);
  CHECK(found->Size() == image->manifest.Size());
}

TEST_CASE("A repository that lacks the blobs mounts nothing, and the push is whole", "[images]") {
  Factory f;
  const OciLayout layout = WriteOciLayout(f.directory.path(), {"amd64"}, "alone ");
  const auto pushed = f.registry.Push({layout.directory, f.images + ":a", f.layers}, kTime, {});
  REQUIRE(pushed.ok());
  CHECK(pushed->bytes == ReadOciImage(layout.directory)->manifest.Size());
  CHECK(f.registry.Find(f.images + "@" + layout.digest, kTime, {}).ok());
}

TEST_CASE("What is gone from a registry is NOT_FOUND by name", "[images]") {
  Factory f;
  const OciLayout layout = WriteOciLayout(f.directory.path(), {"amd64"}, "to be lost ");
  const std::string image = f.layers + "@" + layout.digest;
  REQUIRE(f.registry.Push({layout.directory, image, ""}, kTime, {}).ok());
  std::string lost;
  SECTION("a blob") {
    lost = ReadOciImage(layout.directory)->manifest.layers.front().digest;
    f.Delete(f.layers, "blobs", lost);
  }
  SECTION("the manifest") {
    lost = layout.digest;
    f.Delete(f.layers, "manifests", lost);
  }
  const auto found = f.registry.Find(image, kTime, {});
  CHECK(absl::IsNotFound(found.status()));
  CHECK(std::string(found.status().message()).find(lost) != std::string::npos);
  // A push of the same heals it.
  REQUIRE(f.registry.Push({layout.directory, image, ""}, kTime, {}).ok());
  CHECK(f.registry.Find(image, kTime, {}).ok());
}

TEST_CASE("A tag moves within its repository without a process", "[images]") {
  Factory f;
  const auto push = [&f](const std::string& text) {
    TemporaryDirectory directory;
    const OciLayout layout = WriteOciLayout(directory.path(), {"amd64"}, text);
    const std::string image = f.images + "@" + layout.digest;
    REQUIRE(f.registry.Push({layout.directory, image, ""}, kTime, {}).ok());
    return image;
  };
  const std::string tag = f.images + ":web";
  for (const std::string& image : {push("first "), push("second ")}) {
    for (int again = 0; again < 2; ++again) {
      const int before = f.runner.started;
      REQUIRE(f.registry.Tag(image, tag, kTime, {}).ok());
      CHECK(f.runner.started == before);
      CHECK(image == f.images + "@" + *f.client.ResolveDigest(tag, {}));
    }
  }
  const std::string gone = f.images + "@sha256:" + std::string(64, 'a');
  CHECK(absl::IsNotFound(f.registry.Tag(gone, tag, kTime, {})));
  // Into another repository an image is copied.
  const std::string elsewhere = f.layers + ":web";
  REQUIRE(f.registry.Tag(push("second "), elsewhere, kTime, {}).ok());
  CHECK(f.client.ResolveDigest(elsewhere, {}).ok());
  f.server.Stop();
  CHECK(absl::IsUnavailable(f.registry.Tag(gone, tag, kTime, {})));
}

TEST_CASE("A registry that does not answer is UNAVAILABLE, not empty", "[images]") {
  Factory f;
  const std::string image = f.layers + "@sha256:" + std::string(64, 'a');
  CHECK(absl::IsNotFound(f.registry.Find(image, kTime, {}).status()));
  f.server.Stop();
  CHECK(absl::IsUnavailable(f.registry.Find(image, kTime, {}).status()));
}

}  // namespace
}  // namespace lif
