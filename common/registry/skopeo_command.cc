#include "common/registry/skopeo_command.h"

#include <nlohmann/json.hpp>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

using Json = nlohmann::json;

// Our own registry is no place for signature policies of the host: we address by digest.
std::vector<std::string> Skopeo(const std::string& command) {
  return {"skopeo", "--insecure-policy", command};
}

void AddAccess(std::vector<std::string>& argv, const SkopeoOptions& options,
               const std::vector<std::string>& sides) {
  for (const std::string& side : sides) {
    argv.push_back(absl::StrCat("--", side, "tls-verify=", options.insecure ? "false" : "true"));
  }
  if (!options.auth_file.empty()) argv.push_back("--authfile=" + options.auth_file);
}

// skopeo refuses a reference with tag and digest; the digest is what identifies.
std::string DockerName(const ImageReference& image) {
  return "docker://" + (image.digest.empty() ? image : image.WithDigest(image.digest)).ToString();
}

absl::StatusOr<Json> ParseObject(std::string_view bytes, std::string_view what) {
  Json document = Json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object()) {
    return absl::DataLossError(
        absl::StrCat("the registry answered no JSON object as the image's ", std::string(what)));
  }
  return document;
}

std::string TextOf(const Json& object, const char* key) {
  auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

void AddPlatforms(const Json& manifests, std::map<Platform, std::string>& platforms) {
  for (const Json& entry : manifests) {
    if (!entry.is_object() || !entry.contains("platform") || !entry["platform"].is_object()) {
      continue;
    }
    absl::StatusOr<Platform> platform = ParsePlatform(absl::StrCat(
        TextOf(entry["platform"], "os"), "/", TextOf(entry["platform"], "architecture")));
    std::string digest = TextOf(entry, "digest");
    // BuildKit's attestations are of platform unknown/unknown.
    if (platform.ok() && CheckOciDigest(digest).ok()) platforms.emplace(*platform, digest);
  }
}

}  // namespace

std::vector<std::string> InspectRawArgv(const ImageReference& image, const SkopeoOptions& options) {
  std::vector<std::string> argv = Skopeo("inspect");
  argv.emplace_back("--raw");
  AddAccess(argv, options, {""});
  argv.push_back(DockerName(image));
  return argv;
}

std::vector<std::string> InspectConfigArgv(const ImageReference& image,
                                           const SkopeoOptions& options) {
  std::vector<std::string> argv = Skopeo("inspect");
  argv.emplace_back("--config");
  AddAccess(argv, options, {""});
  argv.push_back(DockerName(image));
  return argv;
}

absl::StatusOr<std::vector<std::string>> PushOciArgv(const std::string& oci_directory,
                                                     const ImageReference& target,
                                                     const SkopeoOptions& options) {
  if (oci_directory.find(':') != std::string::npos) {
    return absl::InvalidArgumentError(absl::StrCat("cannot push from ", oci_directory,
                                                   ": skopeo takes no path with a ':'; move it"));
  }
  std::vector<std::string> argv = Skopeo("copy");
  argv.insert(argv.end(), {"--quiet", "--all", "--preserve-digests"});
  AddAccess(argv, options, {"dest-"});
  argv.push_back("oci:" + oci_directory);
  argv.push_back(DockerName(target));
  return argv;
}

std::vector<std::string> CopyArgv(const ImageReference& source, const ImageReference& target,
                                  const SkopeoOptions& options) {
  std::vector<std::string> argv = Skopeo("copy");
  argv.insert(argv.end(), {"--quiet", "--all", "--preserve-digests"});
  AddAccess(argv, options, {"src-", "dest-"});
  argv.push_back(DockerName(source));
  argv.push_back(DockerName(target));
  return argv;
}

absl::StatusOr<ImageDescription> ParseRawManifest(std::string_view bytes) {
  LIF_ASSIGN_OR_RETURN(Json document, ParseObject(bytes, "manifest"));
  ImageDescription description;
  description.digest = "sha256:" + Sha256Hex(bytes);
  if (document.contains("manifests") && document["manifests"].is_array()) {
    description.index = true;
    AddPlatforms(document["manifests"], description.platforms);
  } else if (!document.contains("config")) {
    return absl::FailedPreconditionError(
        "the image's manifest is neither an OCI nor a Docker one of schema 2; push it again with a "
        "current tool");
  }
  return description;
}

absl::StatusOr<Platform> ParseConfigPlatform(std::string_view bytes) {
  LIF_ASSIGN_OR_RETURN(Json document, ParseObject(bytes, "configuration"));
  return ParsePlatform(absl::StrCat(TextOf(document, "os"), "/", TextOf(document, "architecture")));
}

}  // namespace lif
