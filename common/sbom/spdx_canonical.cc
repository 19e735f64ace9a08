#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/status_macros.h"
#include "common/sbom/spdx.h"
#include "common/sbom/spdx_document_internal.h"

namespace lif {
namespace {

using Json = nlohmann::json;

constexpr char kImageId[] = "SPDXRef-Image";

// A package whose files are not listed must say so: SPDX takes them as analysed otherwise, and
// then wants a code over all of them.
void SayWhatWasAnalyzed(Json& document) {
  std::set<std::string> files;
  for (const Json& file : document.value("files", Json::array())) files.insert(file.at("SPDXID"));
  std::set<std::string> with_files;
  for (const Json& relationship : document.value("relationships", Json::array())) {
    if (files.count(relationship.value("relatedSpdxElement", "")) > 0) {
      with_files.insert(relationship.value("spdxElementId", ""));
    }
  }
  for (Json& package : document.at("packages")) {
    if (with_files.count(package.at("SPDXID")) == 0 && !package.contains("filesAnalyzed") &&
        !package.contains("packageVerificationCode") && !package.contains("hasFiles")) {
      package["filesAnalyzed"] = false;
    }
  }
}

// The ID of the one element that the document describes; "" when there are several.
std::string DescribedId(const Json& document) {
  std::set<std::string> described;
  for (const Json& relationship : document.value("relationships", Json::array())) {
    if (relationship.value("relationshipType", "") == "DESCRIBES" &&
        relationship.value("spdxElementId", "") == "SPDXRef-DOCUMENT") {
      described.insert(relationship.value("relatedSpdxElement", ""));
    }
  }
  return described.size() == 1 ? *described.begin() : "";
}

void NameTheImage(Json& document, const SbomSubject& subject) {
  const std::string id = DescribedId(document);
  if (id.empty()) return;
  for (Json& package : document.at("packages")) {
    if (package.at("SPDXID") != id) continue;
    package["SPDXID"] = kImageId;
    package["name"] = subject.name;
    package["versionInfo"] = subject.image_digest;
  }
  for (Json& relationship : document.at("relationships")) {
    for (const char* end : {"spdxElementId", "relatedSpdxElement"}) {
      if (relationship.at(end) == id) relationship[end] = kImageId;
    }
  }
  if (document.contains("documentDescribes")) document["documentDescribes"] = {kImageId};
}

// Letters that a URI takes as they are.
std::string UriWord(std::string text) {
  for (char& c : text) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '_') c = '-';
  }
  return text;
}

void SetHead(Json& document, const SbomSubject& subject) {
  document["name"] = subject.name;
  // One namespace a content: an image, by its digest, has one document of one scanner.
  document["documentNamespace"] =
      absl::StrCat("http://spdx.org/spdxdocs/", UriWord(subject.name), "-",
                   absl::StrReplaceAll(subject.image_digest, {{"sha256:", ""}}));
  Json& creation = document["creationInfo"];
  creation["created"] =
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", subject.created, absl::UTCTimeZone());
  if (creation.value("licenseListVersion", "x").empty()) creation.erase("licenseListVersion");
}

// Scanners list what they found in the order in which threads found it.
void SortElements(Json& document) {
  for (const char* list : {"packages", "files", "relationships"}) {
    const auto found = document.find(list);
    if (found == document.end() || !found->is_array()) continue;
    const auto order = [list](const Json& element) {
      if (list == std::string_view("relationships")) {
        return std::make_tuple(element.value("spdxElementId", ""),
                               element.value("relatedSpdxElement", ""),
                               element.value("relationshipType", ""));
      }
      return std::make_tuple(element.value("name", element.value("fileName", "")),
                             element.value("versionInfo", ""), element.value("SPDXID", ""));
    };
    std::stable_sort(found->begin(), found->end(),
                     [&order](const Json& a, const Json& b) { return order(a) < order(b); });
  }
}

}  // namespace

absl::StatusOr<Sbom> CanonicalSpdx(std::string_view text, const SbomSubject& subject) {
  LIF_ASSIGN_OR_RETURN(Json document, ParseSpdx(text));
  Sbom sbom;
  try {
    SetHead(document, subject);
    NameTheImage(document, subject);
    SayWhatWasAnalyzed(document);
    SortElements(document);
    sbom.packages = PackagesOf(document);
    sbom.text = document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
  } catch (const Json::exception& error) {
    // A field of the wrong type where the format has a text.
    return absl::DataLossError(
        absl::StrCat("this is no SPDX 2.3 document: ", std::string(error.what())));
  }
  return sbom;
}

}  // namespace lif
