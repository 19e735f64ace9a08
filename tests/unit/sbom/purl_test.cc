#include "common/sbom/purl.h"

#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("purl: type and qualifiers") {
  const auto deb = ParsePurl("pkg:deb/debian/zlib1g@1.2.13.dfsg-1?arch=amd64&epoch=1&distro=a%20b");
  REQUIRE(deb.has_value());
  CHECK(deb->type == "deb");
  CHECK(deb->qualifiers ==
        std::map<std::string, std::string>{{"arch", "amd64"}, {"epoch", "1"}, {"distro", "a b"}});
  const auto npm = ParsePurl("pkg:NPM/%40fastify/error@3.4.1#sub?arch=none");
  REQUIRE(npm.has_value());
  CHECK(npm->type == "npm");
  CHECK(npm->qualifiers.empty());
  CHECK(ParsePurl("pkg://golang/x/y@v1")->type == "golang");
  CHECK(ParsePurl("pkg:a/b?x=%zz&y&=&z=1%")->qualifiers["x"] == "%zz");
}

TEST_CASE("purl: what is none") {
  for (const char* text : {"", "pkg:", "pkg:deb", "pkg:deb/", "pkg:/x", "deb/debian/x",
                           "pkg:de b/x", "cpe:2.3:a:b", "pkg:d\xc3\xa9/x"}) {
    INFO(text);
    CHECK_FALSE(ParsePurl(text).has_value());
  }
}

}  // namespace
}  // namespace lif
