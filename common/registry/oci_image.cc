#include "common/registry/oci_image.h"

#include <nlohmann/json.hpp>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/file_util.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

using Json = nlohmann::json;

constexpr uint64_t kMaxDocument = 8 << 20;

absl::StatusOr<Json> ParseObject(std::string_view bytes, const std::string& what) {
  Json document = Json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  if (document.is_object()) return document;
  return absl::DataLossError(absl::StrCat(what, " is no JSON object"));
}

absl::StatusOr<OciBlob> BlobOf(const Json& json, const char* what) {
  OciBlob blob;
  if (json.is_object() && json.contains("digest") && json["digest"].is_string() &&
      json.contains("size") && json["size"].is_number_integer()) {
    blob.digest = json["digest"].get<std::string>();
    blob.size = json["size"].get<int64_t>();
  }
  if (!CheckOciDigest(blob.digest).ok() || blob.size < 0) {
    return absl::DataLossError(
        absl::StrCat("the image's manifest names no digest and size of its ", what));
  }
  return blob;
}

absl::StatusOr<Json> ReadBlob(const std::string& directory, const std::string& digest,
                              const std::string& what) {
  LIF_RETURN_IF_ERROR(CheckOciDigest(digest));
  LIF_ASSIGN_OR_RETURN(
      const std::string bytes,
      ReadFile(absl::StrCat(directory, "/blobs/sha256/", digest.substr(7)), kMaxDocument));
  return ParseObject(bytes, what);
}

absl::StatusOr<std::vector<std::string>> DiffIdsOf(const Json& config) {
  std::vector<std::string> diff_ids;
  const Json rootfs = config.value("rootfs", Json::object());
  const Json list = rootfs.is_object() ? rootfs.value("diff_ids", Json::array()) : Json::array();
  for (const Json& item : list) {
    if (!item.is_string() || !CheckOciDigest(item.get<std::string>()).ok()) {
      return absl::DataLossError("the image's configuration has a diffID that is no digest");
    }
    diff_ids.push_back(item.get<std::string>());
  }
  return diff_ids;
}

}  // namespace

std::vector<OciBlob> ImageManifest::Blobs() const {
  std::vector<OciBlob> blobs = {config};
  blobs.insert(blobs.end(), layers.begin(), layers.end());
  return blobs;
}

int64_t ImageManifest::Size() const {
  int64_t size = 0;
  for (const OciBlob& blob : Blobs()) size += blob.size;
  return size;
}

absl::StatusOr<ImageManifest> ParseImageManifest(std::string_view bytes) {
  LIF_ASSIGN_OR_RETURN(const Json document, ParseObject(bytes, "the image's manifest"));
  if (document.contains("manifests")) {
    return absl::FailedPreconditionError("it is an index, not the manifest of one image");
  }
  ImageManifest manifest;
  LIF_ASSIGN_OR_RETURN(manifest.config, BlobOf(document.value("config", Json()), "configuration"));
  for (const Json& item : document.value("layers", Json::array())) {
    LIF_ASSIGN_OR_RETURN(OciBlob layer, BlobOf(item, "layers"));
    manifest.layers.push_back(std::move(layer));
  }
  return manifest;
}

absl::StatusOr<OciImage> ReadOciImage(const std::string& directory) {
  LIF_ASSIGN_OR_RETURN(const std::string text, ReadFile(directory + "/index.json", kMaxDocument));
  LIF_ASSIGN_OR_RETURN(const Json index, ParseObject(text, directory + "/index.json"));
  const Json manifests = index.value("manifests", Json::array());
  if (!manifests.is_array() || manifests.size() != 1) {
    return absl::DataLossError(absl::StrCat(directory, "/index.json does not name one image"));
  }
  OciImage image;
  LIF_ASSIGN_OR_RETURN(const OciBlob named, BlobOf(manifests[0], "image"));
  image.digest = named.digest;
  LIF_ASSIGN_OR_RETURN(const Json manifest, ReadBlob(directory, image.digest, "the manifest"));
  LIF_ASSIGN_OR_RETURN(image.manifest, ParseImageManifest(manifest.dump()));
  LIF_ASSIGN_OR_RETURN(const Json config, ReadBlob(directory, image.manifest.config.digest,
                                                   "the image's configuration"));
  LIF_ASSIGN_OR_RETURN(image.diff_ids, DiffIdsOf(config));
  if (image.diff_ids.size() != image.manifest.layers.size()) {
    return absl::DataLossError(absl::StrCat("the image has ", image.manifest.layers.size(),
                                            " layers, but ", image.diff_ids.size(), " diffIDs"));
  }
  return image;
}

}  // namespace lif
