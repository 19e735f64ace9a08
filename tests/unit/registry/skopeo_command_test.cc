#include "common/registry/skopeo_command.h"

#include <string>
#include <vector>

#include "common/base/digest.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

using Argv = std::vector<std::string>;

const std::string kDigest = "sha256:" + std::string(64, 'a');
const std::string kOther = "sha256:" + std::string(64, 'b');

ImageReference Image(const std::string& text) {
  return *ParseImageReference(text);
}

TEST_CASE("manifests and configurations are read without naming credentials") {
  CHECK(InspectRawArgv(Image("r.example/a:1"), {}) == Argv{"skopeo", "--insecure-policy", "inspect",
                                                           "--raw", "--tls-verify=true",
                                                           "docker://r.example/a:1"});
  CHECK(InspectConfigArgv(Image("r.example/a:1"), {true, "/etc/lif/auth.json"}) ==
        Argv{"skopeo", "--insecure-policy", "inspect", "--config", "--tls-verify=false",
             "--authfile=/etc/lif/auth.json", "docker://r.example/a:1"});
}

TEST_CASE("pushes and copies keep digests and take all that an index holds") {
  CHECK(*PushOciArgv("/work/image", Image("r.example/a:1"), {}) ==
        Argv{"skopeo", "--insecure-policy", "copy", "--quiet", "--all", "--preserve-digests",
             "--dest-tls-verify=true", "oci:/work/image", "docker://r.example/a:1"});
  CHECK(CopyArgv(Image("r.example/a@" + kDigest), Image("r.example/a:new"), {true, ""}) ==
        Argv{"skopeo", "--insecure-policy", "copy", "--quiet", "--all", "--preserve-digests",
             "--src-tls-verify=false", "--dest-tls-verify=false", "docker://r.example/a@" + kDigest,
             "docker://r.example/a:new"});
}

TEST_CASE("of tag and digest the digest is named") {
  CHECK(InspectRawArgv(Image("r.example/a:1@" + kDigest), {}).back() ==
        "docker://r.example/a@" + kDigest);
}

TEST_CASE("a directory that skopeo would misread is refused") {
  auto argv = PushOciArgv("/work/a:b", Image("r.example/a:1"), {});
  CHECK(argv.status().code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("an index gives the digests of the platforms that we build") {
  const std::string raw =
      R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[)"
      R"({"digest":")" +
      kDigest +
      R"(","platform":{"os":"linux","architecture":"amd64"}},)"
      R"({"digest":")" +
      kOther +
      R"(","platform":{"os":"linux","architecture":"arm64","variant":"v8"}},)"
      R"({"digest":")" +
      kDigest +
      R"(","platform":{"os":"linux","architecture":"s390x"}},)"
      R"({"digest":")" +
      kDigest +
      R"(","platform":{"os":"unknown","architecture":"unknown"}},)"
      R"({"digest":"broken","platform":{"os":"linux","architecture":"amd64"}}, 7]})";
  auto description = ParseRawManifest(raw);
  REQUIRE(description.ok());
  CHECK(description->index);
  CHECK(description->digest == "sha256:" + Sha256Hex(raw));
  REQUIRE(description->platforms.size() == 2);
  CHECK(description->platforms.at({"linux", "amd64"}) == kDigest);
  CHECK(description->platforms.at({"linux", "arm64"}) == kOther);
}

TEST_CASE("a single image has its own digest; its platform is in the configuration") {
  const std::string raw = R"({"schemaVersion":2,"config":{"digest":"x"},"layers":[]})";
  auto description = ParseRawManifest(raw);
  REQUIRE(description.ok());
  CHECK_FALSE(description->index);
  CHECK(description->platforms.empty());
  auto platform = ParseConfigPlatform(R"({"os":"linux","architecture":"arm64"})");
  REQUIRE(platform.ok());
  CHECK(platform->ToString() == "linux/arm64");
}

TEST_CASE("answers that are no manifests are told apart") {
  CHECK(ParseRawManifest("<html>").status().code() == absl::StatusCode::kDataLoss);
  CHECK(ParseRawManifest("").status().code() == absl::StatusCode::kDataLoss);
  CHECK(ParseRawManifest("[]").status().code() == absl::StatusCode::kDataLoss);
  CHECK(ParseRawManifest(R"({"schemaVersion":1})").status().code() ==
        absl::StatusCode::kFailedPrecondition);
  CHECK_FALSE(ParseConfigPlatform(R"({"os":"windows","architecture":"amd64"})").ok());
  CHECK_FALSE(ParseConfigPlatform("{}").ok());
}

TEST_CASE("skopeo's last words become a status with the remedy") {
  struct Row {
    const char* words;
    absl::StatusCode code;
  };
  const Row rows[] = {
      {R"(reading manifest x in r/a: manifest unknown: manifest unknown)",
       absl::StatusCode::kNotFound},
      {R"(reading manifest latest in r/a: name unknown: repository name not known to registry)",
       absl::StatusCode::kNotFound},
      {R"(pinging container registry r:1: Get \"http://r:1/v2/\": dial tcp: connect: connection refused)",
       absl::StatusCode::kUnavailable},
      {R"(pinging container registry r: Get \"https://r/v2/\": http: server gave HTTP response to HTTPS client)",
       absl::StatusCode::kFailedPrecondition},
      {R"(reading manifest: unauthorized: authentication required)",
       absl::StatusCode::kUnauthenticated},
      {R"(writing blob: uploading layer: denied: requested access to the resource is denied)",
       absl::StatusCode::kPermissionDenied},
      {R"(received unexpected HTTP status: 503 Service Unavailable)",
       absl::StatusCode::kUnavailable},
      {R"(something new)", absl::StatusCode::kInternal},
  };
  for (const Row& row : rows) {
    INFO(row.words);
    absl::Status status =
        SkopeoFailure("resolve r/a:1",
                      std::string("time=\"2026-01-01T00:00:00Z\" level=warning msg=\"old\"\n") +
                          "time=\"2026-01-01T00:00:00Z\" level=fatal msg=\"" + row.words + "\"\n");
    CHECK(status.code() == row.code);
    CHECK(std::string(status.message()).find("cannot resolve r/a:1: ") == 0);
    CHECK(std::string(status.message()).find("level=") == std::string::npos);
  }
  CHECK(std::string(SkopeoFailure("push x", "").message()) ==
        "cannot push x: skopeo failed and said nothing; run the command by hand to see more");
  CHECK(std::string(
            SkopeoFailure("push x", "level=fatal msg=\"Get \\\"http://r/\\\": EOF\"").message()) ==
        "cannot push x: Get \"http://r/\": EOF; try again");
}

}  // namespace
}  // namespace lif
