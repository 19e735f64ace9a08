#include "tests/fakes/spdx_text.h"

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

}  // namespace lif
