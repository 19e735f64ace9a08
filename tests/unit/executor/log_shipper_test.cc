#include "executor/log_shipper.h"

#include "common/base/file_util.h"
#include "tests/unit/executor/executor_rig.h"

namespace lif {
namespace {

constexpr const char* kBuild = "01HF0000000000000000000000";
constexpr int64_t kMiB = 1 << 20;

struct Shipping {
  explicit Shipping(MemoryBuildLog& build_log, MemoryBlobStore& blob_store)
      : file(directory.path() + "/build.log", 64 * kMiB),
        shipper(build_log, blob_store, kBuild, file) {
    REQUIRE(file.Open().ok());
  }
  TemporaryDirectory directory;
  BoundedTextFile file;
  LogShipper shipper;
};

std::string Lines(int first, int count) {
  std::string text;
  for (int i = first; i < first + count; ++i) text += "line " + std::to_string(i) + "\n";
  return text;
}

// The log as a reader puts it together.
std::string ReadAll(MemoryBuildLog& log, MemoryBlobStore& blobs) {
  std::string text;
  const auto view = log.Read(kBuild, 0, 100 * kMiB);
  REQUIRE(view.ok());
  for (const SealedChunk& chunk : view->sealed) {
    CHECK(chunk.offset == static_cast<int64_t>(text.size()));
    CHECK(chunk.size <= kMiB);
    text += *blobs.Get(chunk.sha256, kMiB);
  }
  return text + view->tail;
}

TEST_CASE("A log arrives whole, in order, sealed by the MiB") {
  MemoryBuildLog log;
  MemoryBlobStore blobs;
  Shipping ship(log, blobs);
  std::string expected;
  for (int i = 0; i < 30; ++i) {
    const std::string text = Lines(i * 10'000, 10'000);
    ship.file.Append(text);
    expected += text;
    REQUIRE(ship.shipper.Ship().ok());
  }
  CHECK(ReadAll(log, blobs) == expected);
  CHECK(ship.shipper.end() == static_cast<int64_t>(expected.size()));
  const auto view = log.Read(kBuild, 0, 1);
  CHECK(view->sealed.size() == expected.size() / kMiB);
  CHECK(ship.shipper.WholeLog(ship.directory.path() + "/whole") == ship.file.path());
}

TEST_CASE("What can't be sent now is sent later") {
  MemoryBuildLog log;
  MemoryBlobStore blobs;
  Shipping ship(log, blobs);
  log.SetAway(absl::UnavailableError("away"));
  ship.file.Append(Lines(0, 300'000));
  CHECK(absl::IsUnavailable(ship.shipper.Ship()));
  log.SetAway(absl::OkStatus());
  blobs.SetAway(absl::UnavailableError("away"));
  CHECK(absl::IsUnavailable(ship.shipper.Ship()));
  blobs.SetAway(absl::OkStatus());
  REQUIRE(ship.shipper.Ship().ok());
  CHECK(ReadAll(log, blobs) == Lines(0, 300'000));
}

TEST_CASE("A second attempt goes on where the first one stopped") {
  MemoryBuildLog log;
  MemoryBlobStore blobs;
  const std::string first_text = Lines(0, 150'000);  // more than one MiB and a tail
  const std::string second_text = Lines(150'000, 150'000);
  {
    Shipping first(log, blobs);
    first.file.Append(first_text);
    REQUIRE(first.shipper.Ship().ok());
  }
  Shipping second(log, blobs);
  second.file.Append(second_text);
  REQUIRE(second.shipper.Ship().ok());
  CHECK(ReadAll(log, blobs) == first_text + second_text);
  const std::string whole = second.shipper.WholeLog(second.directory.path() + "/whole");
  CHECK(*ReadFile(whole, 100 * kMiB) == first_text + second_text);
}

TEST_CASE("A log whose beginning can't be read says so") {
  MemoryBuildLog log;
  MemoryBlobStore blobs;
  log.SetAway(absl::UnavailableError("away"));
  Shipping ship(log, blobs);
  ship.file.Append("here\n");
  const std::string whole = ship.shipper.WholeLog(ship.directory.path() + "/whole");
  CHECK(*ReadFile(whole, kMiB) == "[the log of earlier attempts could not be read]\nhere\n");
}

}  // namespace
}  // namespace lif
