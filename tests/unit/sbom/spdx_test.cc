#include "common/sbom/spdx.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_replace.h"
#include "tests/fakes/spdx_text.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

using Json = nlohmann::json;

const SbomSubject kSubject{"web-linux-amd64", "sha256:" + std::string(64, 'a'),
                           absl::FromUnixSeconds(1'700'000'000)};

std::string Fault(const std::string& text) {
  const auto packages = SpdxPackages(text);
  CHECK(absl::IsDataLoss(packages.status()));
  return std::string(packages.status().message());
}

std::string Replaced(const std::string& from, const std::string& to) {
  const std::string whole = SpdxOf({"pkg:deb/debian/demo@1.0?arch=all"});
  REQUIRE(whole.find(from) != std::string::npos);
  return absl::StrReplaceAll(whole, {{from, to}});
}

TEST_CASE("spdx: packages are what has a package URL, sorted, each once") {
  Json document =
      Json::parse(SpdxOf({"pkg:npm/b@2", "pkg:deb/debian/z@1:2?arch=amd64", "pkg:npm/b@2",
                          "pkg:deb/debian/z@1:2?arch=i386", "pkg:oci/image@sha256:1"}));
  document["packages"].push_back(
      {{"SPDXID", "SPDXRef-OS"}, {"name", "debian"}, {"downloadLocation", "NONE"}});
  const auto packages = SpdxPackages(document.dump());
  REQUIRE(packages.ok());
  REQUIRE(packages->size() == 3);
  CHECK((*packages)[0] == Package{"deb", "z", "1:2", "amd64", "pkg:deb/debian/z@1:2?arch=amd64"});
  CHECK((*packages)[1].arch == "i386");
  CHECK((*packages)[2] == Package{"npm", "b", "2", "", "pkg:npm/b@2"});
}

TEST_CASE("spdx: an image without packages has an empty list") {
  const auto packages = SpdxPackages(SpdxOf({}));
  REQUIRE(packages.ok());
  CHECK(packages->empty());
}

TEST_CASE("spdx: names from inside an image are bounded and printable") {
  Json document = Json::parse(SpdxOf({"pkg:npm/x@1"}));
  Json& package = document["packages"][1];
  package["name"] = std::string("a\0b\x1b[31m", 8) + std::string(5000, 'n');
  package["versionInfo"] = std::string(5000, '1');
  const auto packages = SpdxPackages(document.dump());
  REQUIRE(packages.ok());
  CHECK((*packages)[0].name.substr(0, 8) == "a?b?[31m");
  CHECK((*packages)[0].name.size() <= 512);
  CHECK((*packages)[0].version.size() <= 256);
}

TEST_CASE("spdx: what is no SPDX 2.3 is refused with the reason") {
  const std::pair<std::string, const char*> cases[] = {
      {"", "it is not JSON"},
      {"{\"spdxVersion\":", "it is not JSON"},
      {"[]", "it is no JSON object"},
      {"{}", "it has no spdxVersion"},
      {R"({"bomFormat":"CycloneDX","specVersion":"1.7"})", "it is CycloneDX 1.7"},
      {Replaced("SPDX-2.3", "SPDX-2.2"), "it is SPDX-2.2"},
      {R"({"@context":"x"})", "it is JSON-LD"},
      {Replaced("SPDXRef-DOCUMENT", "SPDXRef-Other"), "its SPDXID is wrong"},
      {Replaced("\"dataLicense\"", "\"license\""), "it has no dataLicense"},
      {Replaced("\"documentNamespace\"", "\"space\""), "it has no documentNamespace"},
      {Replaced("\"created\"", "\"made\""), "its creationInfo lacks created"},
      {Replaced("[\"Tool: fake\"]", "[]"), "its creationInfo lacks created or creators"},
      {Replaced("\"downloadLocation\"", "\"from\""), "one of its packages has no downloadLocation"},
      {Replaced("SPDXRef-Package-0\",\"rel", "SPDXRef-Gone\",\"rel"), "names SPDXRef-Gone"},
      {Replaced("SPDXRef-Package-0", "SPDXRef-Container-77"), "is there twice"},
      {Replaced("DESCRIBES", "CONTAINS"), "it does not say what it describes"},
      {Replaced("\"packages\":[", "\"packages\":7,\"p\":["), "it has no packages"},
      {Replaced("\"name\":\"demo\"", "\"name\":\"\xff\""), "it is not JSON"},
      {Replaced("\"NONE\"", std::string(40, '[') + std::string(40, ']')), "nested over 32 deep"},
      {std::string(kMaxSpdxBytes + 1, ' '), "it is over 64 MiB"}};
  for (const auto& [text, why] : cases) {
    const std::string fault = Fault(text);
    INFO(why << "\n" << fault);
    CHECK(fault.find("this is no SPDX 2.3 document: ") == 0);
    CHECK(fault.find(why) != std::string::npos);
  }
}

TEST_CASE("spdx: the canonical form does not depend on clock, order or the scanner's IDs") {
  const std::string one = SpdxOf({"pkg:npm/b@2", "pkg:npm/a@1"});
  Json other = Json::parse(one);
  other["name"] = "/some/where/else";
  other["documentNamespace"] = "http://scanner.example/other-5678";
  other["creationInfo"]["created"] = "2030-01-01T00:00:00Z";
  std::reverse(other["packages"].begin(), other["packages"].end());
  std::reverse(other["relationships"].begin(), other["relationships"].end());
  const std::string two = absl::StrReplaceAll(other.dump(), {{"Container-77", "Container-88"}});
  const auto first = CanonicalSpdx(one, kSubject);
  const auto second = CanonicalSpdx(two, kSubject);
  REQUIRE(first.ok());
  REQUIRE(second.ok());
  CHECK(first->text == second->text);
  CHECK(first->packages.size() == 2);
}

TEST_CASE("spdx: the canonical form is SPDX 2.3 of the image") {
  const auto made = CanonicalSpdx(SpdxOf({"pkg:npm/b@2"}), kSubject);
  REQUIRE(made.ok());
  const Json document = Json::parse(made->text);
  CHECK(*SpdxPackages(made->text) == made->packages);
  CHECK(document["name"] == "web-linux-amd64");
  CHECK(document["documentNamespace"] ==
        "http://spdx.org/spdxdocs/web-linux-amd64-" + std::string(64, 'a'));
  CHECK(document["creationInfo"]["created"] == "2023-11-14T22:13:20Z");
  CHECK_FALSE(document["creationInfo"].contains("licenseListVersion"));
  CHECK(document["creationInfo"]["creators"] == Json{"Tool: fake"});
  CHECK(document["packages"][1]["SPDXID"] == "SPDXRef-Image");
  CHECK(document["packages"][1]["versionInfo"] == kSubject.image_digest);
  CHECK(document["packages"][0]["filesAnalyzed"] == false);
  CHECK(document["relationships"][0]["relatedSpdxElement"] == "SPDXRef-Image");
  // Again it stays as it is.
  CHECK(CanonicalSpdx(made->text, kSubject)->text == made->text);
}

TEST_CASE("spdx: fields of the wrong type are an error, not an exception") {
  const auto made = CanonicalSpdx(
      Replaced("\"relationshipType\":\"CONTAINS\"", "\"relationshipType\":7"), kSubject);
  CHECK(absl::IsDataLoss(made.status()));
}

}  // namespace
}  // namespace lif
