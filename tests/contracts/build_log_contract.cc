#include "common/base/digest.h"
#include "tests/contracts/job_queue_contract.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

constexpr char kBuild[] = "01BUILD";

BuildLogView MustRead(BuildLog& log, int64_t offset, int64_t limit = 1 << 20) {
  auto view = log.Read(kBuild, offset, limit);
  INFO(view.status().ToString());
  REQUIRE(view.ok());
  return *view;
}

void Appending(BuildLog& log) {
  REQUIRE(MustRead(log, 0).end == 0);
  REQUIRE(log.Append(kBuild, 0, "hello ").ok());
  REQUIRE(log.Append(kBuild, 6, std::string("w\0rld\xff\n", 7)).ok());
  REQUIRE(log.Append(kBuild, 6, std::string("w\0rld\xff\n", 7)).ok());  // a repeat
  REQUIRE(MustRead(log, 0).tail == std::string("hello w\0rld\xff\n", 13));
  REQUIRE(MustRead(log, 0).end == 13);
  REQUIRE(MustRead(log, 4).tail_offset == 4);
  REQUIRE(MustRead(log, 4).tail == std::string("o w\0rld\xff\n", 9));
  REQUIRE(MustRead(log, 4, 3).tail == "o w");
  REQUIRE(MustRead(log, 13).tail.empty());
  REQUIRE(MustRead(log, 13).tail_offset == 13);
  REQUIRE(absl::IsOutOfRange(log.Append(kBuild, 20, "gap")));
  // Part of it is there already.
  REQUIRE(log.Append(kBuild, 11, "??tail").ok());
  REQUIRE(MustRead(log, 11).tail == "\xff\ntail");
  REQUIRE(MustRead(log, 0).end == 17);
}

void Sealing(BuildLog& log) {
  for (int64_t i = 0; i < 10; ++i) REQUIRE(log.Append(kBuild, i * 10, "0123456789").ok());
  const SealedChunk first{0, 25, Sha256Hex("first")};
  REQUIRE(log.Seal(kBuild, first).ok());
  REQUIRE(log.Seal(kBuild, first).ok());  // a repeat
  BuildLogView view = MustRead(log, 0);
  REQUIRE(view.sealed.size() == 1);
  REQUIRE(view.sealed[0].offset == 0);
  REQUIRE(view.sealed[0].size == 25);
  REQUIRE(view.sealed[0].sha256 == first.sha256);
  REQUIRE(view.tail_offset == 25);
  REQUIRE(view.tail.size() == 75);
  REQUIRE(view.tail.substr(0, 5) == "56789");
  REQUIRE(MustRead(log, 30).tail.size() == 70);
  REQUIRE(absl::IsOutOfRange(log.Seal(kBuild, {30, 5, first.sha256})));
  REQUIRE(absl::IsOutOfRange(log.Seal(kBuild, {25, 76, first.sha256})));
  REQUIRE(log.Seal(kBuild, {25, 75, Sha256Hex("second")}).ok());
  view = MustRead(log, 0);
  REQUIRE(view.sealed.size() == 2);
  REQUIRE(view.end == 100);
  REQUIRE(view.tail.empty());
  REQUIRE(log.Append(kBuild, 100, "more").ok());
  REQUIRE(MustRead(log, 0).tail == "more");
  REQUIRE(MustRead(log, 0).end == 104);
}

void Bounded(BuildLog& log) {
  const std::string mebibyte(1 << 20, 'x');
  for (int64_t i = 0; i < 8; ++i) REQUIRE(log.Append(kBuild, i << 20, mebibyte).ok());
  REQUIRE(absl::IsResourceExhausted(log.Append(kBuild, 8 << 20, "x")));
  REQUIRE(log.Seal(kBuild, {0, 1 << 20, Sha256Hex(mebibyte)}).ok());
  REQUIRE(log.Append(kBuild, 8 << 20, "x").ok());
  REQUIRE(MustRead(log, 0, 1000).tail.size() == 1000);
  REQUIRE(MustRead(log, 0, 1 << 30).tail.size() == 1 << 20);
}

}  // namespace

void BuildLogContract(const std::function<std::unique_ptr<BuildLog>()>& make) {
  std::unique_ptr<BuildLog> log = make();
  SECTION("appending") {
    Appending(*log);
  }
  SECTION("sealing") {
    Sealing(*log);
  }
  SECTION("bounded") {
    Bounded(*log);
  }
}

}  // namespace lif
