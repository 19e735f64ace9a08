#include "executor/local/local_blob_store.h"

#include <filesystem>
#include <fstream>
#include <memory>

#include "common/base/digest.h"
#include "common/base/file_util.h"
#include "tests/contracts/blob_store_contract.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"

namespace lif {
namespace {

class LocalHarness final : public BlobStoreHarness {
 public:
  BlobStore& store() override { return store_; }
  void Damage(const std::string& sha256, const std::string& bytes) override {
    const std::filesystem::path path =
        directory_.path() + "/sha256/" + sha256.substr(0, 2) + "/" + sha256;
    std::filesystem::remove(path);
    std::ofstream(path) << bytes;
  }

 private:
  TemporaryDirectory directory_;
  LocalBlobStore store_{{}, directory_.path()};
};

TEST_CASE("LocalBlobStore keeps the contract") {
  BlobStoreContract([] { return std::make_unique<LocalHarness>(); });
}

TEST_CASE("files of the catalog are blobs, until somebody edits them") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/app.py";
  REQUIRE(WriteFileAtomically(path, "print(1)\n").ok());
  const std::string sha256 = Sha256Hex("print(1)\n");
  LocalBlobStore store({{path, sha256, 9}}, directory.path());
  CHECK(store.Get(sha256, 9).value() == "print(1)\n");
  CHECK(store.Size(sha256).value() == 9);
  std::string read;
  REQUIRE(store
              .Read(sha256,
                    [&read](std::string_view piece) {
                      read += piece;
                      return true;
                    })
              .ok());
  CHECK(read == "print(1)\n");
  REQUIRE(WriteFileAtomically(path, "print(2)\n").ok());
  const absl::Status changed = store.Get(sha256, 9).status();
  CHECK(absl::IsDataLoss(changed));
  CHECK(changed.message() == path + " was changed while the build was running; build again");
  CHECK(absl::IsDataLoss(store.Read(sha256, [](std::string_view) { return true; })));
}

}  // namespace
}  // namespace lif
