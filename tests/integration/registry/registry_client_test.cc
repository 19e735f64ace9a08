#include "common/registry/registry_client.h"

#include <map>
#include <string>

#include "common/process/posix_process_runner.h"
#include "tests/integration/registry/oci_layout.h"
#include "tests/support/catch.h"
#include "tests/support/registry_server.h"
#include "tests/support/temporary_directory.h"

namespace lif {
namespace {

RegistryServer& Registry() {
  static RegistryServer server;
  return server;
}

struct Fixture {
  PosixProcessRunner runner;
  RegistryClient client{runner, {}};
  TemporaryDirectory directory;
  std::string prefix = Registry().address() + "/lif";
};

std::string Message(const absl::Status& status) {
  return std::string(status.message());
}

TEST_CASE("a pushed image keeps its digest and is found by tag and digest") {
  Fixture f;
  OciLayout image = WriteOciLayout(f.directory.path(), {"amd64"}, "one");
  REQUIRE(f.client.PushOci(image.directory, f.prefix + "/images:a", {}).ok());
  CHECK(*f.client.ResolveDigest(f.prefix + "/images:a", {}) == image.digest);
  CHECK(*f.client.ResolveDigest(f.prefix + "/images@" + image.digest, {}) == image.digest);
  auto platforms = f.client.ResolvePlatforms(f.prefix + "/images:a", {});
  REQUIRE(platforms.ok());
  CHECK(*platforms == std::map<Platform, std::string>{{{"linux", "amd64"}, image.digest}});
}

TEST_CASE("an index gives the digest of each platform") {
  Fixture f;
  OciLayout index = WriteOciLayout(f.directory.path(), {"amd64", "arm64"}, "two");
  REQUIRE(f.client.PushOci(index.directory, f.prefix + "/base:12", {}).ok());
  CHECK(*f.client.ResolveDigest(f.prefix + "/base:12", {}) == index.digest);
  auto platforms = f.client.ResolvePlatforms(f.prefix + "/base:12", {});
  REQUIRE(platforms.ok());
  CHECK(*platforms == std::map<Platform, std::string>{{{"linux", "amd64"}, index.manifests[0]},
                                                      {{"linux", "arm64"}, index.manifests[1]}});
}

TEST_CASE("a tag is moved by digest, again and back, within a repository and to another") {
  Fixture f;
  TemporaryDirectory second;
  OciLayout one = WriteOciLayout(f.directory.path(), {"amd64"}, "three");
  OciLayout two = WriteOciLayout(second.path(), {"amd64"}, "four");
  const std::string name = f.prefix + "/moved";
  REQUIRE(f.client.PushOci(one.directory, name + ":one", {}).ok());
  REQUIRE(f.client.PushOci(two.directory, name + ":two", {}).ok());
  for (const std::string& digest : {one.digest, two.digest, two.digest, one.digest}) {
    REQUIRE(f.client.Copy(name + "@" + digest, name + ":live", {}).ok());
    CHECK(*f.client.ResolveDigest(name + ":live", {}) == digest);
  }
  REQUIRE(f.client.Copy(name + "@" + two.digest, f.prefix + "/elsewhere:live", {}).ok());
  CHECK(*f.client.ResolveDigest(f.prefix + "/elsewhere:live", {}) == two.digest);
}

TEST_CASE("what is not there is NOT_FOUND, in the words of the caller") {
  Fixture f;
  const std::string missing = f.prefix + "/nothing:here";
  absl::Status status = f.client.ResolveDigest(missing, {}).status();
  INFO(status.ToString());
  CHECK(absl::IsNotFound(status));
  CHECK(Message(status).find("cannot resolve " + missing) == 0);
  OciLayout image = WriteOciLayout(f.directory.path(), {"amd64"}, "five");
  REQUIRE(f.client.PushOci(image.directory, f.prefix + "/some:a", {}).ok());
  CHECK(absl::IsNotFound(f.client.ResolveDigest(f.prefix + "/some:b", {}).status()));
  CHECK(absl::IsNotFound(
      f.client.Copy(f.prefix + "/some@sha256:" + std::string(64, '0'), f.prefix + "/some:c", {})));
  CHECK(absl::IsNotFound(f.client.PushOci("/nowhere/at/all", f.prefix + "/some:d", {})));
}

TEST_CASE("a registry that is away is UNAVAILABLE") {
  PosixProcessRunner runner;
  RegistryClient client(runner, {});
  std::string address;
  {
    RegistryServer server;
    address = server.address();
  }
  absl::Status status = client.ResolveDigest(address + "/lif/images:a", {}).status();
  INFO(status.ToString());
  CHECK(absl::IsUnavailable(status));
}

TEST_CASE("a stop ends a call") {
  Fixture f;
  std::stop_source stop;
  stop.request_stop();
  absl::Status status =
      f.client.ResolveDigest(f.prefix + "/images:a", {absl::Minutes(1), stop.get_token()}).status();
  CHECK(absl::IsCancelled(status));
}

}  // namespace
}  // namespace lif
