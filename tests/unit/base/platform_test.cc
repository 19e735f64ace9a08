#include "common/base/platform.h"

#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("A platform is written with '/', in file names with '-'", "[base]") {
  absl::StatusOr<Platform> platform = ParsePlatform("linux/arm64");
  REQUIRE(platform.ok());
  CHECK(platform->os == "linux");
  CHECK(platform->arch == "arm64");
  CHECK(platform->ToString() == "linux/arm64");
  CHECK(platform->Slug() == "linux-arm64");
  CHECK(*ParsePlatform("linux/amd64") < *platform);
}

TEST_CASE("An unknown platform is refused by name", "[base]") {
  for (const char* text :
       {"", "linux", "linux/", "linux/arm64/v8", "windows/amd64", "LINUX/AMD64", " linux/amd64"}) {
    CAPTURE(text);
    absl::Status status = ParsePlatform(text).status();
    CHECK(absl::IsInvalidArgument(status));
    CHECK(status.message() ==
          "unknown platform '" + std::string(text) + "'; write linux/amd64 or linux/arm64");
  }
  CHECK(ParsePlatform("\x1b[2J").status().message() ==
        "unknown platform '?[2J'; write linux/amd64 or linux/arm64");
}

}  // namespace
}  // namespace lif
