#include "common/blobs/file_blob_store.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "common/base/digest.h"
#include "tests/contracts/blob_store_contract.h"
#include "tests/fakes/memory_blob_store.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"

namespace lif {
namespace {

namespace fs = std::filesystem;

class FileHarness final : public BlobStoreHarness {
 public:
  BlobStore& store() override { return store_; }
  void Damage(const std::string& sha256, const std::string& bytes) override {
    fs::remove(PathOf(sha256));
    std::ofstream(PathOf(sha256)) << bytes;
  }
  fs::path PathOf(const std::string& sha256) const {
    return root_ / "sha256" / sha256.substr(0, 2) / sha256;
  }
  const fs::path& root() const { return root_; }

 private:
  TemporaryDirectory directory_;
  fs::path root_ = directory_.path();
  FileBlobStore store_{directory_.path()};
};

class MemoryHarness final : public BlobStoreHarness {
 public:
  BlobStore& store() override { return store_; }
  void Damage(const std::string& sha256, const std::string& bytes) override {
    store_.Damage(sha256, bytes);
  }

 private:
  MemoryBlobStore store_;
};

TEST_CASE("FileBlobStore keeps the contract") {
  BlobStoreContract([] { return std::make_unique<FileHarness>(); });
}

TEST_CASE("MemoryBlobStore keeps the contract") {
  BlobStoreContract([] { return std::make_unique<MemoryHarness>(); });
}

TEST_CASE("blobs lie where their digest says, read-only, and nothing else is left") {
  FileHarness harness;
  const std::string sha256 = *harness.store().Put("abc");
  struct stat info {};
  REQUIRE(::stat(harness.PathOf(sha256).c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0444);
  CHECK(fs::is_empty(harness.root() / "tmp"));
}

TEST_CASE("a second put does not touch the file that is there") {
  FileHarness harness;
  const std::string sha256 = *harness.store().Put("abc");
  struct stat before {};
  struct stat after {};
  REQUIRE(::stat(harness.PathOf(sha256).c_str(), &before) == 0);
  REQUIRE(harness.store().Put("abc").ok());
  REQUIRE(::stat(harness.PathOf(sha256).c_str(), &after) == 0);
  CHECK(before.st_ino == after.st_ino);
}

TEST_CASE("a blob that was cut short is mended by the next put") {
  FileHarness harness;
  const std::string sha256 = *harness.store().Put("abcdef");
  harness.Damage(sha256, "abc");
  CHECK(harness.store().Get(sha256, 100).status().code() == absl::StatusCode::kDataLoss);
  REQUIRE(harness.store().Put("abcdef").ok());
  CHECK(*harness.store().Get(sha256, 100) == "abcdef");
}

TEST_CASE("a directory that is not mounted is UNAVAILABLE, and is not made") {
  const std::string root = (fs::temp_directory_path() / "lif-no-such-blobs").string();
  FileBlobStore store(root);
  CHECK(store.Put("abc").status().code() == absl::StatusCode::kUnavailable);
  CHECK(store.Get(std::string(64, '0'), 1).status().code() == absl::StatusCode::kUnavailable);
  CHECK_FALSE(fs::exists(root));
}

TEST_CASE("what is no digest never becomes a path") {
  FileHarness harness;
  std::ofstream(harness.root() / "secret") << "secret";
  for (const std::string& name :
       {std::string("../../secret"), std::string(), std::string("abc"), std::string(64, 'A'),
        std::string(64, '/'), std::string(62, '.') + "/x"}) {
    INFO(name);
    CHECK(harness.store().Get(name, 100).status().code() == absl::StatusCode::kInvalidArgument);
    CHECK(harness.store().Size(name).status().code() == absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace lif
