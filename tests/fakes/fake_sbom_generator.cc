#include "tests/fakes/fake_sbom_generator.h"

#include <filesystem>

#include "absl/strings/str_cat.h"

namespace lif {

// "pkg:deb/debian/demo@1.0?arch=all" is package demo, version 1.0.
std::string SpdxOf(const std::vector<std::string>& purls) {
  std::string packages, relationships;
  for (size_t i = 0; i < purls.size(); ++i) {
    const std::string path = purls[i].substr(0, purls[i].find('?'));
    const size_t at = path.rfind('@');
    const size_t slash = path.rfind('/', at);
    absl::StrAppend(&packages, R"(,{"SPDXID":"SPDXRef-Package-)", i, R"(","name":")",
                    path.substr(slash + 1, at - slash - 1), R"(","versionInfo":")",
                    path.substr(at + 1), R"(","downloadLocation":"NONE","externalRefs":[{)",
                    R"("referenceCategory":"PACKAGE-MANAGER","referenceType":"purl",)",
                    R"("referenceLocator":")", purls[i], R"("}]})");
    absl::StrAppend(&relationships, R"(,{"spdxElementId":"SPDXRef-Container-77",)",
                    R"("relatedSpdxElement":"SPDXRef-Package-)", i,
                    R"(","relationshipType":"CONTAINS"})");
  }
  return absl::StrCat(
      R"({"spdxVersion":"SPDX-2.3","dataLicense":"CC0-1.0","SPDXID":"SPDXRef-DOCUMENT",)",
      R"("name":"image","documentNamespace":"http://scanner.example/image-1234",)",
      R"("creationInfo":{"licenseListVersion":"","creators":["Tool: fake"],)",
      R"("created":"2026-01-02T03:04:05Z"},"packages":[{"SPDXID":"SPDXRef-Container-77",)",
      R"("name":"image","downloadLocation":"NONE"})", packages,
      R"(],"relationships":[{"spdxElementId":"SPDXRef-DOCUMENT",)",
      R"("relatedSpdxElement":"SPDXRef-Container-77","relationshipType":"DESCRIBES"})",
      relationships, "]}");
}

void FakeSbomGenerator::SetPackages(std::vector<std::string> purls) {
  MutexLock lock(&mutex_);
  purls_ = std::move(purls);
}

void FakeSbomGenerator::FailNext(absl::Status status) {
  MutexLock lock(&mutex_);
  answers_.emplace_back(std::move(status));
}

void FakeSbomGenerator::AnswerNext(std::string document) {
  MutexLock lock(&mutex_);
  answers_.emplace_back(std::move(document));
}

void FakeSbomGenerator::OnScan(std::function<void(std::stop_token)> hook) {
  MutexLock lock(&mutex_);
  hook_ = std::move(hook);
}

int FakeSbomGenerator::scans() const {
  MutexLock lock(&mutex_);
  return scans_;
}

absl::StatusOr<SbomScan> FakeSbomGenerator::Generate(const SbomRequest& request,
                                                     std::stop_token stop) {
  std::function<void(std::stop_token)> hook;
  absl::StatusOr<std::string> document = std::string();
  {
    MutexLock lock(&mutex_);
    ++scans_;
    hook = hook_;
    if (answers_.empty()) {
      document = SpdxOf(purls_);
    } else {
      document = std::move(answers_.front());
      answers_.pop_front();
    }
  }
  if (hook) hook(stop);
  if (stop.stop_requested()) return absl::CancelledError("the scan was stopped");
  if (!document.ok()) return document.status();
  if (!std::filesystem::is_directory(request.image)) {
    return absl::UnavailableError(absl::StrCat(request.image, " is no image"));
  }
  return SbomScan{{"fake-scanner", request.image}, *document, "scanned\n"};
}

}  // namespace lif
