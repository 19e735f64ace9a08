#include "tests/fakes/oci_layout.h"

#include <nlohmann/json.hpp>

#include "common/base/digest.h"
#include "common/base/file_util.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

using Json = nlohmann::json;

absl::StatusOr<Json> PutBlob(const std::string& directory, const Json& document) {
  const std::string bytes = document.dump();
  const std::string hex = Sha256Hex(bytes);
  LIF_RETURN_IF_ERROR(WriteFileAtomically(directory + "/blobs/sha256/" + hex, bytes));
  return Json{{"digest", "sha256:" + hex}, {"size", bytes.size()}};
}

}  // namespace

absl::StatusOr<std::string> WriteOciLayout(const std::string& directory,
                                           const std::vector<std::string>& diff_ids,
                                           const std::string& config) {
  LIF_RETURN_IF_ERROR(MakeDirectories(directory + "/blobs/sha256"));
  LIF_ASSIGN_OR_RETURN(const Json put, PutBlob(directory, {{"comment", config},
                                                           {"rootfs", {{"diff_ids", diff_ids}}}}));
  Json layers = Json::array();
  for (const std::string& diff_id : diff_ids) {
    layers.push_back({{"digest", diff_id}, {"size", kFakeLayerSize}});
  }
  LIF_ASSIGN_OR_RETURN(
      const Json manifest,
      PutBlob(directory, {{"schemaVersion", 2}, {"config", put}, {"layers", layers}}));
  LIF_RETURN_IF_ERROR(WriteFileAtomically(directory + "/index.json",
                                          Json{{"manifests", Json::array({manifest})}}.dump()));
  return manifest["digest"].get<std::string>();
}

}  // namespace lif
