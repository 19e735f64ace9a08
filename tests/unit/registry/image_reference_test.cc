#include "common/registry/image_reference.h"

#include <string>

#include "tests/support/catch.h"

namespace lif {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

TEST_CASE("references are taken apart and put together again") {
  struct Row {
    std::string text;
    ImageReference expected;
  };
  const Row rows[] = {
      {"127.0.0.1:5000/lif/images:web", {"127.0.0.1:5000", "lif/images", "web", ""}},
      {"127.0.0.1:5000/debian", {"127.0.0.1:5000", "debian", "", ""}},
      {"localhost/debian:12", {"localhost", "debian", "12", ""}},
      {"[::1]:5000/a/b", {"[::1]:5000", "a/b", "", ""}},
      {"r.example/x/y-z__w.v@" + kDigest, {"r.example", "x/y-z__w.v", "", kDigest}},
      {"r.example:1/x:1.0_B@" + kDigest, {"r.example:1", "x", "1.0_B", kDigest}},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    auto parsed = ParseImageReference(row.text);
    REQUIRE(parsed.ok());
    CHECK(*parsed == row.expected);
    CHECK(parsed->ToString() == row.text);
  }
}

TEST_CASE("names without a registry are Docker Hub's") {
  CHECK(ParseImageReference("debian:12")->ToString() == "docker.io/library/debian:12");
  CHECK(ParseImageReference("grafana/grafana")->ToString() == "docker.io/grafana/grafana");
}

TEST_CASE("tag and digest can be exchanged") {
  ImageReference image = *ParseImageReference("r:5000/lif/images:old");
  CHECK(image.Name() == "r:5000/lif/images");
  CHECK(image.WithTag("new").ToString() == "r:5000/lif/images:new");
  CHECK(image.WithDigest(kDigest).ToString() == "r:5000/lif/images@" + kDigest);
}

TEST_CASE("what is no reference is refused with the reason") {
  const std::string wrong[] = {
      "",
      "r:5000/",
      "r:5000/Upper",
      "r:5000/a//b",
      "r:5000/-a",
      "r:5000/a_-b",
      "r:5000/a:",
      "r:5000/a:-tag",
      "r:5000/a:" + std::string(129, 't'),
      "r:5000/a@sha256:123",
      "r:5000/a@" + kDigest + "@" + kDigest,
      "r:5000/a b",
      "r:5000/a;rm -rf",
      "--help",
      "r:5000/" + std::string(260, 'a'),
      "ho st.x/a",
  };
  for (const std::string& text : wrong) {
    INFO(text);
    auto parsed = ParseImageReference(text);
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK(std::string(parsed.status().message()).find("is no image reference") !=
          std::string::npos);
  }
}

TEST_CASE("registries on loopback are known by their address") {
  for (const char* host : {"127.0.0.1:5000", "127.9.9.9", "localhost:1", "[::1]:5000"}) {
    CHECK(IsLoopbackRegistry(host));
  }
  for (const char* host : {"127.example.com", "10.0.0.1:5000", "registry.example", "[::2]:5000"}) {
    CHECK_FALSE(IsLoopbackRegistry(host));
  }
}

}  // namespace
}  // namespace lif
