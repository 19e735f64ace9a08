#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/base/utf8.h"
#include "common/sbom/purl.h"
#include "common/sbom/spdx.h"
#include "common/sbom/spdx_document_internal.h"

namespace lif {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 32;
// Together below what a PostgreSQL index takes.
constexpr size_t kMaxType = 32;
constexpr size_t kMaxName = 512;
constexpr size_t kMaxVersion = 256;
constexpr size_t kMaxPurl = 2048;

absl::Status NotSpdx(const std::string& why) {
  return absl::DataLossError(absl::StrCat("this is no SPDX 2.3 document: ", why));
}

std::string TextOf(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

const Json& ListOf(const Json& object, const char* key) {
  static const Json kNone = Json::array();
  const auto found = object.find(key);
  return found != object.end() && found->is_array() ? *found : kNone;
}

// What else writes JSON about software, by the key that gives it away.
std::string OtherFormat(const Json& document) {
  const std::string format = TextOf(document, "bomFormat");
  if (!format.empty()) return absl::StrCat(format, " ", TextOf(document, "specVersion"));
  const std::string version = TextOf(document, "spdxVersion");
  if (!version.empty()) return version;
  return document.contains("@context") ? "JSON-LD, such as SPDX 3" : "";
}

absl::StatusOr<Json> ParseBounded(std::string_view text) {
  if (text.size() > kMaxSpdxBytes) {
    return NotSpdx(absl::StrCat("it is over ", kMaxSpdxBytes >> 20, " MiB"));
  }
  bool deep = false;
  const auto guard = [&deep](int depth, Json::parse_event_t, Json&) {
    deep = deep || depth > kMaxDepth;
    return !deep;
  };
  Json document = Json::parse(text, guard, /*allow_exceptions=*/false);
  if (deep) return NotSpdx(absl::StrCat("it is nested over ", kMaxDepth, " deep"));
  if (document.is_discarded()) return NotSpdx("it is not JSON");
  if (!document.is_object()) return NotSpdx("it is no JSON object");
  return document;
}

absl::Status CheckHead(const Json& document) {
  if (TextOf(document, "spdxVersion") != "SPDX-2.3") {
    const std::string other = OtherFormat(document);
    return NotSpdx(other.empty() ? "it has no spdxVersion" : absl::StrCat("it is ", other));
  }
  if (TextOf(document, "SPDXID") != "SPDXRef-DOCUMENT") return NotSpdx("its SPDXID is wrong");
  for (const char* key : {"name", "dataLicense", "documentNamespace"}) {
    if (TextOf(document, key).empty()) return NotSpdx(absl::StrCat("it has no ", key));
  }
  const auto creation = document.find("creationInfo");
  if (creation == document.end() || !creation->is_object() ||
      TextOf(*creation, "created").empty() || ListOf(*creation, "creators").empty()) {
    return NotSpdx("its creationInfo lacks created or creators");
  }
  return absl::OkStatus();
}

// Gathers the IDs of one list of elements, each of which has the fields named.
absl::Status CheckElements(const Json& document, const char* list,
                           const std::vector<const char*>& fields, std::set<std::string>* ids) {
  const auto found = document.find(list);
  if (found == document.end()) return absl::OkStatus();
  if (!found->is_array()) return NotSpdx(absl::StrCat(list, " is no list"));
  for (const Json& element : *found) {
    if (!element.is_object()) return NotSpdx(absl::StrCat(list, " holds what is no object"));
    for (const char* field : fields) {
      if (TextOf(element, field).empty()) {
        return NotSpdx(absl::StrCat("one of its ", list, " has no ", field));
      }
    }
    if (!ids->insert(TextOf(element, "SPDXID")).second) {
      return NotSpdx(absl::StrCat("the ID ", TextOf(element, "SPDXID"), " is there twice"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckBody(const Json& document) {
  if (ListOf(document, "packages").empty()) {
    return NotSpdx("it has no packages, not even for the image itself");
  }
  if (ListOf(document, "packages").size() > kMaxPackages) {
    return NotSpdx(absl::StrCat("it has over ", kMaxPackages, " packages"));
  }
  std::set<std::string> ids = {"SPDXRef-DOCUMENT"};
  LIF_RETURN_IF_ERROR(
      CheckElements(document, "packages", {"SPDXID", "name", "downloadLocation"}, &ids));
  LIF_RETURN_IF_ERROR(CheckElements(document, "files", {"SPDXID", "fileName"}, &ids));
  bool describes = false;
  for (const Json& relationship : ListOf(document, "relationships")) {
    if (!relationship.is_object()) return NotSpdx("relationships holds what is no object");
    for (const char* end : {"spdxElementId", "relatedSpdxElement"}) {
      const std::string id = TextOf(relationship, end);
      if (ids.count(id) == 0 && id != "NONE" && id != "NOASSERTION") {
        return NotSpdx(absl::StrCat("a relationship names ", id, ", which is not there"));
      }
    }
    describes = describes || TextOf(relationship, "relationshipType") == "DESCRIBES";
  }
  if (!describes && ListOf(document, "documentDescribes").empty()) {
    return NotSpdx("it does not say what it describes");
  }
  return absl::OkStatus();
}

std::string Cleaned(std::string text, size_t limit) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return TruncateUtf8(text, limit);
}

// The package URL; "" for what is no package: the image, its operating system, an application.
std::string PurlOf(const Json& element) {
  for (const Json& reference : ListOf(element, "externalRefs")) {
    if (reference.is_object() && TextOf(reference, "referenceType") == "purl") {
      return TextOf(reference, "referenceLocator");
    }
  }
  return "";
}

}  // namespace

absl::StatusOr<Json> ParseSpdx(std::string_view text) {
  LIF_ASSIGN_OR_RETURN(Json document, ParseBounded(text));
  LIF_RETURN_IF_ERROR(CheckHead(document));
  LIF_RETURN_IF_ERROR(CheckBody(document));
  return document;
}

std::vector<Package> PackagesOf(const Json& document) {
  std::vector<Package> packages;
  for (const Json& element : ListOf(document, "packages")) {
    const std::string locator = PurlOf(element);
    const auto purl = ParsePurl(locator);
    if (!purl.has_value() || purl->type == "oci") continue;
    const auto arch = purl->qualifiers.find("arch");
    packages.push_back(
        {Cleaned(purl->type, kMaxType), Cleaned(TextOf(element, "name"), kMaxName),
         Cleaned(TextOf(element, "versionInfo"), kMaxVersion),
         arch == purl->qualifiers.end() ? "" : Cleaned(ToValidUtf8(arch->second), kMaxType),
         Cleaned(locator, kMaxPurl)});
  }
  std::sort(packages.begin(), packages.end());
  const auto same = [](const Package& a, const Package& b) {
    return a.type == b.type && a.name == b.name && a.version == b.version && a.arch == b.arch;
  };
  packages.erase(std::unique(packages.begin(), packages.end(), same), packages.end());
  return packages;
}

absl::StatusOr<std::vector<Package>> SpdxPackages(std::string_view text) {
  LIF_ASSIGN_OR_RETURN(const Json document, ParseSpdx(text));
  return PackagesOf(document);
}

}  // namespace lif
