#include "tests/integration/registry/oci_layout.h"

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/digest.h"

namespace lif {
namespace {

constexpr char kManifestType[] = "application/vnd.oci.image.manifest.v1+json";
constexpr char kIndexType[] = "application/vnd.oci.image.index.v1+json";

class Writer {
 public:
  explicit Writer(std::string directory) : directory_(std::move(directory)) {
    std::filesystem::create_directories(directory_ + "/blobs/sha256");
    std::ofstream(directory_ + "/oci-layout") << R"({"imageLayoutVersion":"1.0.0"})";
  }

  // A descriptor of the bytes, which are stored.
  std::string Blob(const std::string& type, const std::string& bytes,
                   const std::string& more = "") {
    last_digest_ = "sha256:" + Sha256Hex(bytes);
    std::ofstream(directory_ + "/blobs/sha256/" + Sha256Hex(bytes)) << bytes;
    return absl::StrCat(R"({"mediaType":")", type, R"(","digest":")", last_digest_, R"(","size":)",
                        bytes.size(), more, "}");
  }

  std::string Image(const std::string& arch, const std::string& content) {
    std::string layer = Blob("application/vnd.oci.image.layer.v1.tar", content);
    std::string config =
        Blob("application/vnd.oci.image.config.v1+json",
             absl::StrCat(R"({"os":"linux","architecture":")", arch,
                          R"(","config":{},"rootfs":{"type":"layers","diff_ids":[")", last_digest_,
                          R"("]}})"));
    return Blob(kManifestType,
                absl::StrCat(R"({"schemaVersion":2,"mediaType":")", kManifestType, R"(","config":)",
                             config, R"(,"layers":[)", layer, "]}"),
                absl::StrCat(R"(,"platform":{"os":"linux","architecture":")", arch, "\"}"));
  }

  std::string Index(const std::vector<std::string>& images) {
    return Blob(kIndexType, absl::StrCat(R"({"schemaVersion":2,"mediaType":")", kIndexType,
                                         R"(","manifests":[)", absl::StrJoin(images, ","), "]}"));
  }

  void Top(const std::string& descriptor) {
    std::ofstream(directory_ + "/index.json")
        << R"({"schemaVersion":2,"manifests":[)" << descriptor << "]}";
  }

  const std::string& last_digest() const { return last_digest_; }

 private:
  std::string directory_;
  std::string last_digest_;
};

}  // namespace

OciLayout WriteOciLayout(const std::string& directory, const std::vector<std::string>& arches,
                         const std::string& content) {
  Writer writer(directory);
  OciLayout layout;
  layout.directory = directory;
  std::vector<std::string> images;
  for (const std::string& arch : arches) {
    images.push_back(writer.Image(arch, content + arch));
    layout.manifests.push_back(writer.last_digest());
  }
  writer.Top(images.size() == 1 ? images[0] : writer.Index(images));
  layout.digest = writer.last_digest();
  return layout;
}

}  // namespace lif
