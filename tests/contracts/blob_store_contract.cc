#include "tests/contracts/blob_store_contract.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "common/base/digest.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

constexpr uint64_t kLimit = uint64_t{64} << 20;

// NIST FIPS 180-4, example "abc".
constexpr char kAbc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

std::string TemporaryFile(const std::string& bytes) {
  std::string path = (std::filesystem::temp_directory_path() / "lif-blob-source-XXXXXX").string();
  int fd = ::mkstemp(path.data());
  REQUIRE(fd >= 0);
  ::close(fd);
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

std::string ReadAll(BlobStore& store, const std::string& sha256, size_t& largest) {
  std::string bytes;
  largest = 0;
  absl::Status status = store.Read(sha256, [&](std::string_view piece) {
    largest = std::max(largest, piece.size());
    bytes.append(piece);
    return true;
  });
  REQUIRE(status.ok());
  return bytes;
}

void CheckMissing(BlobStore& store) {
  const std::string missing(64, '0');
  CHECK(store.Get(missing, kLimit).status().code() == absl::StatusCode::kNotFound);
  CHECK(store.Size(missing).status().code() == absl::StatusCode::kNotFound);
  int pieces = 0;
  CHECK(store.Read(missing, [&](std::string_view) { return ++pieces > 0; }).code() ==
        absl::StatusCode::kNotFound);
  CHECK(pieces == 0);
}

void CheckDamage(BlobStoreHarness& harness) {
  const std::string sha256 = *harness.store().Put("right");
  harness.Damage(sha256, "wrong");
  CHECK(harness.store().Get(sha256, kLimit).status().code() == absl::StatusCode::kDataLoss);
  CHECK(harness.store().Read(sha256, [](std::string_view) { return true; }).code() ==
        absl::StatusCode::kDataLoss);
}

void CheckRacingPuts(BlobStore& store) {
  const std::string bytes(300'000, 'r');
  std::atomic<int> good{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        auto put = store.Put(bytes);
        if (put.ok() && store.Get(*put, kLimit).value_or("") == bytes) ++good;
      });
    }
  }
  CHECK(good == 8);
}

}  // namespace

void BlobStoreContract(const std::function<std::unique_ptr<BlobStoreHarness>()>& make) {
  std::unique_ptr<BlobStoreHarness> harness = make();
  BlobStore& store = harness->store();

  SECTION("what was put comes back by its SHA-256") {
    CHECK(*store.Put("abc") == kAbc);
    CHECK(*store.Get(kAbc, kLimit) == "abc");
    CHECK(*store.Size(kAbc) == 3);
  }
  SECTION("putting the same again changes nothing") {
    CHECK(*store.Put("abc") == kAbc);
    CHECK(*store.Put("abc") == kAbc);
    CHECK(*store.Get(kAbc, kLimit) == "abc");
  }
  SECTION("empty and binary bytes are kept") {
    const std::string binary("\0\xff\n\r\0", 5);
    CHECK(*store.Get(*store.Put(""), kLimit) == "");
    CHECK(*store.Get(*store.Put(binary), kLimit) == binary);
  }
  SECTION("a file is stored as its bytes are") {
    std::string bytes(3'000'000, 'x');
    bytes += "end";
    const std::string path = TemporaryFile(bytes);
    auto sha256 = store.PutFile(path);
    std::filesystem::remove(path);
    REQUIRE(sha256.ok());
    CHECK(*sha256 == Sha256Hex(bytes));
    size_t largest = 0;
    CHECK(ReadAll(store, *sha256, largest) == bytes);
    CHECK(largest <= size_t{1} << 20);
    CHECK_FALSE(store.PutFile("/nowhere/file").ok());
  }
  SECTION("what is over the limit is not answered") {
    CHECK(store.Put("abc").ok());
    CHECK(store.Get(kAbc, 2).status().code() == absl::StatusCode::kResourceExhausted);
    CHECK(store.Get(kAbc, 3).ok());
  }
  SECTION("what is not there is NOT_FOUND") {
    CheckMissing(store);
  }
  SECTION("damaged bytes are DATA_LOSS") {
    CheckDamage(*harness);
  }
  SECTION("a reader that has enough stops without an error") {
    const std::string sha256 = *store.Put(std::string(3 << 20, 'x'));
    int pieces = 0;
    CHECK(store.Read(sha256, [&](std::string_view) { return ++pieces < 2; }).ok());
    CHECK(pieces == 2);
  }
  SECTION("racing puts of the same bytes all succeed") {
    CheckRacingPuts(store);
  }
}

}  // namespace lif
