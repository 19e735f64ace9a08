#include <nlohmann/json.hpp>

#include "tests/fakes/spdx_text.h"
#include "tests/support/catch.h"
#include "tests/unit/cli/fake_factory.h"

namespace lif {
namespace {

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

struct Sboms : FakeFactory {
  v1::Record& Add(const std::string& document) {
    v1::Record& record = records.records[kBuildA];
    record = RecordOf("web", kBuildA, v1::OUTCOME_COMPATIBLE);
    record.set_image_digest("sha256:" + std::string(64, 'a'));
    if (document.empty()) return record;
    v1::Artifact* artifact = record.add_artifacts();
    artifact->set_name("sbom.spdx.json");
    artifact->set_kind(v1::ARTIFACT_KIND_SBOM_SPDX);
    artifact->set_size(static_cast<int64_t>(document.size()));
    records.artifacts[std::string(kBuildA) + "/sbom.spdx.json"] = document;
    return record;
  }
};

TEST_CASE("sbom: a table of packages, and how many there are") {
  Sboms factory;
  factory.Add(SpdxOf({"pkg:npm/b@2", "pkg:deb/debian/zlib1g@1.2?arch=amd64"}));
  const CliRun run = factory.Run({"sbom", kBuildA});
  CHECK(run.code == 0);
  CHECK(run.out ==
        "TYPE  PACKAGE  VERSION  ARCH   URL\n"
        "deb   zlib1g   1.2      amd64  pkg:deb/debian/zlib1g@1.2?arch=amd64\n"
        "npm   b        2               pkg:npm/b@2\n");
  CHECK(run.err == std::string("2 packages in web linux/amd64, build ") + kBuildA + "\n");
}

TEST_CASE("sbom: JSON is the document as it was recorded") {
  Sboms factory;
  const std::string document = SpdxOf({"pkg:npm/b@2"});
  factory.Add(document);
  const CliRun run = factory.Run({"sbom", kBuildA, "--output", "json"});
  CHECK(run.code == 0);
  CHECK(run.out == document);
  CHECK(run.err.empty());
}

TEST_CASE("sbom: an image without packages is no error") {
  Sboms factory;
  factory.Add(SpdxOf({}));
  const CliRun run = factory.Run({"sbom", kBuildA});
  CHECK(run.code == 0);
  CHECK(run.out.empty());
  CHECK(Has(run.err, "0 packages in web"));
}

TEST_CASE("sbom: of a manifest, the newest image that passed") {
  Sboms factory;
  v1::ListRecordsResponse page;
  *page.add_records() = factory.Add(SpdxOf({"pkg:npm/b@2"}));
  factory.records.pages = {page, v1::ListRecordsResponse()};
  CHECK(factory.Run({"sbom", "--manifest-id", "web", "--platform", "linux/amd64"}).code == 0);
  const v1::ListRecordsRequest request = factory.records.list_requests.at(0);
  CHECK(request.manifest_id() == "web");
  CHECK(request.platform() == "linux/amd64");
  CHECK(request.effective_only());
  CHECK(request.outcomes_size() == 1);
  CHECK(request.outcomes(0) == v1::OUTCOME_COMPATIBLE);
  const CliRun none = factory.Run({"sbom", "--manifest-id", "web", "--platform", "linux/arm64"});
  CHECK(none.code == 2);
  CHECK(Has(none.err, "error: no image of manifest 'web' on linux/arm64 has passed its tests\n"));
  CHECK(Has(none.err, "lif records --manifest-id web"));
}

TEST_CASE("sbom: why there is none") {
  Sboms factory;
  v1::Record& record = factory.Add("");
  record.set_executor("executor-1");
  CliRun run = factory.Run({"sbom", kBuildA});
  CHECK(run.code == 2);
  CHECK(Has(run.err, "has no SBOM: its executor, executor-1, made none (--no-sbom, or "));
  CHECK(Has(run.err, "--rerun always"));
  CHECK(Has(factory.Run({"records", "show", kBuildA}).out, "sbom        none was made\n"));
  record.mutable_failure()->set_stage("sbom");
  record.mutable_failure()->set_message("no disk");
  CHECK(Has(factory.Run({"sbom", kBuildA}).err, "has no SBOM: its scanner failed: no disk\n"));
  record.clear_image_digest();
  record.mutable_failure()->set_stage("build");
  CHECK(Has(factory.Run({"sbom", kBuildA}).err, "has no SBOM: it ended before it had an image\n"));
  CHECK_FALSE(Has(factory.Run({"records", "show", kBuildA}).out, "none was made"));
  CHECK(factory.Run({"sbom", kBuildB}).code == 2);
  CHECK(Has(factory.Run({"sbom"}).err, "error: name one build"));
}

TEST_CASE("sbom: a damaged document is an error of the factory") {
  Sboms factory;
  factory.Add("{\"spdxVersion\":\"SPDX-3.0\"}");
  const CliRun run = factory.Run({"sbom", kBuildA});
  CHECK(run.code == 5);
  CHECK(Has(run.err, "this is no SPDX 2.3 document: it is SPDX-3.0"));
}

}  // namespace
}  // namespace lif
