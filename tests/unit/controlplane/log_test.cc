#include "tests/support/catch.h"
#include "tests/unit/controlplane/fixture.h"

namespace lif {
namespace {

struct LogRead {
  std::string data;
  int64_t begin = -1;
  bool ended = false;
  size_t largest = 0;
  grpc::Status status;
};

class LogStream {
 public:
  LogStream(ControlPlane& plane, const std::string& build_id, int64_t offset, bool follow) {
    v1::StreamBuildLogRequest request;
    request.set_build_id(build_id);
    request.set_offset(offset);
    request.set_follow(follow);
    reader_ = plane.build->StreamBuildLog(&context_, request);
  }
  // One message; pieces must be contiguous.
  bool Read(LogRead* log) {
    v1::StreamBuildLogResponse response;
    if (!reader_->Read(&response)) return false;
    if (log->begin < 0) log->begin = response.offset();
    CHECK(response.offset() == log->begin + static_cast<int64_t>(log->data.size()));
    CHECK_FALSE(log->ended);
    log->data += response.data();
    log->largest = std::max(log->largest, response.data().size());
    log->ended = response.end();
    return true;
  }
  LogRead ReadAll() {
    LogRead log;
    while (Read(&log)) {
    }
    log.status = reader_->Finish();
    return log;
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::StreamBuildLogResponse>> reader_;
};

// Bytes that are not valid UTF-8, over more than one piece.
std::string Noise(size_t size) {
  std::string bytes;
  for (size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(i * 7 % 256));
  return bytes;
}

TEST_CASE("a live log is read from sealed chunks and tail, from any offset", "[log]") {
  ControlPlane plane;
  const std::string build_id = plane.SubmitOne("py-api").build_id();
  plane.Claim();
  const std::string log = Noise(700'000);
  REQUIRE(plane.log.Append(build_id, 0, log).ok());
  const std::string sealed = log.substr(0, 600'000);
  REQUIRE(plane.log.Seal(build_id, {0, 600'000, plane.blobs.Put(sealed).value()}).ok());
  for (const int64_t offset : {0, 1, 300'000, 599'999, 600'000, 699'999}) {
    const LogRead read = LogStream(plane, build_id, offset, false).ReadAll();
    RequireOk(read.status);
    CHECK(read.begin == offset);
    CHECK(read.data == log.substr(static_cast<size_t>(offset)));
    CHECK(read.largest <= 256 * 1024);
    CHECK(read.ended);
  }
  CHECK(LogStream(plane, build_id, 700'000, false).ReadAll().data.empty());
}

TEST_CASE("a followed log goes on until the build is over", "[log]") {
  ControlPlane plane;
  const std::string build_id = plane.SubmitOne("py-api").build_id();
  LogStream stream(plane, build_id, 0, true);
  plane.clock.AwaitSleepers(1);  // nothing yet
  const ClaimedJob job = plane.Claim();
  REQUIRE(plane.log.Append(build_id, 0, "step 1\n").ok());
  plane.clock.Advance(absl::Milliseconds(200));
  LogRead log;
  REQUIRE(stream.Read(&log));
  CHECK(log.data == "step 1\n");
  plane.clock.AwaitSleepers(1);
  const std::string whole = "step 1\nstep 2\n";
  plane.Finish(job, Outcome::kCompatible,
               {{"build.log", "text/plain", plane.blobs.Put(whole).value(),
                 static_cast<int64_t>(whole.size())}});
  plane.clock.Advance(absl::Milliseconds(200));
  while (stream.Read(&log)) {
  }
  CHECK(log.data == whole);
  CHECK(log.ended);
}

TEST_CASE("a recorded log is read from any offset", "[log]") {
  ControlPlane plane;
  const std::string build_id = plane.SubmitOne("py-api").build_id();
  const std::string log = Noise(3'000'000);
  plane.Finish(plane.Claim(), Outcome::kCompatible,
               {{"build.log", "text/plain", plane.blobs.Put(log).value(), 3'000'000}});
  for (const int64_t offset : {0, 1'048'576, 2'999'999, 3'000'000, 9'000'000}) {
    const LogRead read = LogStream(plane, build_id, offset, true).ReadAll();
    RequireOk(read.status);
    CHECK(read.data == log.substr(std::min<size_t>(static_cast<size_t>(offset), log.size())));
    CHECK(read.ended);
  }
}

TEST_CASE("a build that ended without a log has an empty one", "[log]") {
  ControlPlane plane;
  const std::string build_id = plane.SubmitOne("py-api").build_id();
  plane.Finish(plane.Claim(), Outcome::kError);
  const LogRead read = LogStream(plane, build_id, 0, true).ReadAll();
  RequireOk(read.status);
  CHECK(read.data.empty());
  CHECK(read.ended);
}

TEST_CASE("damaged bytes of a log are an error, not an end", "[log]") {
  ControlPlane plane;
  const std::string build_id = plane.SubmitOne("py-api").build_id();
  const std::string sha256 = plane.blobs.Put("the log").value();
  plane.Finish(plane.Claim(), Outcome::kCompatible, {{"build.log", "text/plain", sha256, 7}});
  plane.blobs.Damage(sha256, "the lag");
  const LogRead read = LogStream(plane, build_id, 0, false).ReadAll();
  CHECK(read.status.error_code() == grpc::StatusCode::DATA_LOSS);
  CHECK_FALSE(read.ended);
}

TEST_CASE("wrong requests for a log are refused", "[log]") {
  ControlPlane plane;
  const auto status_of = [&](const std::string& build_id, int64_t offset) {
    return LogStream(plane, build_id, offset, false).ReadAll().status;
  };
  CHECK(FieldsIn(status_of("x", 0)) == std::vector<std::string>{"build_id"});
  CHECK(FieldsIn(status_of("01J9Z3NDEKTSV4RRFFQ69G5FAV", -1)) ==
        std::vector<std::string>{"offset"});
  CHECK(ReasonIn(status_of("01J9Z3NDEKTSV4RRFFQ69G5FAV", 0)) == "BUILD_NOT_FOUND");
}

}  // namespace
}  // namespace lif
