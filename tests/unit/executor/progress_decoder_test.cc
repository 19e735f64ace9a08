#include "executor/progress_decoder.h"

#include "absl/strings/str_cat.h"
#include "tests/unit/executor/recorded_stream.h"

namespace lif {
namespace {

struct Decoded {
  std::vector<ProgressEvent> events;
  std::string plain;
  int64_t dropped = 0;
};

Decoded Decode(const std::string& stream, size_t piece) {
  Decoded decoded;
  ProgressDecoder decoder([&decoded](const ProgressEvent& e) { decoded.events.push_back(e); });
  for (size_t at = 0; at < stream.size(); at += piece) {
    decoder.Feed(std::string_view(stream).substr(at, piece));
  }
  decoder.Finish();
  decoded.plain = decoder.plain();
  decoded.dropped = decoder.dropped_objects();
  return decoded;
}

TEST_CASE("A recorded stream decodes alike however it is cut") {
  const std::string stream = RecordedStream("run_fails");
  const Decoded whole = Decode(stream, stream.size());
  CHECK(whole.events.size() > 10);
  for (const size_t piece : {1, 7, 4096}) {
    const Decoded cut = Decode(stream, piece);
    CHECK(cut.plain == whole.plain);
    REQUIRE(cut.events.size() == whole.events.size());
    for (size_t i = 0; i < cut.events.size(); ++i) {
      CHECK(cut.events[i].vertexes.size() == whole.events[i].vertexes.size());
      CHECK(cut.events[i].logs.size() == whole.events[i].logs.size());
    }
  }
}

TEST_CASE("The text behind the objects is kept as it was") {
  const Decoded decoded = Decode(RecordedStream("run_fails"), 100);
  CHECK(decoded.plain.rfind("Dockerfile:9\n", 0) == 0);
  CHECK(decoded.plain.find("ERROR: failed to solve: process") != std::string::npos);
  CHECK(decoded.plain.find("vertexes") == std::string::npos);
}

TEST_CASE("Fields of vertexes and logs come through") {
  const Decoded decoded = Decode(
      "{\"vertexes\":[{\"digest\":\"d\",\"name\":\"[a 1/2] RUN \\u0026 \\\"{\\\"\","
      "\"started\":\"2026-01-02T03:04:05.5Z\",\"completed\":\"2026-01-02T03:04:06Z\","
      "\"cached\":true,\"error\":\"no\"}]}\n"
      "{\"logs\":[{\"vertex\":\"d\",\"stream\":2,\"data\":\"aGVsbG8K\","
      "\"timestamp\":\"2026-01-02T03:04:05.75Z\"}]}",
      3);
  REQUIRE(decoded.events.size() == 2);
  const ProgressVertex& vertex = decoded.events[0].vertexes.at(0);
  CHECK(vertex.name == "[a 1/2] RUN & \"{\"");
  CHECK(vertex.cached);
  CHECK(vertex.error == "no");
  CHECK(vertex.completed - vertex.started == absl::Milliseconds(500));
  const ProgressLog& log = decoded.events[1].logs.at(0);
  CHECK(log.vertex == "d");
  CHECK(log.data == "hello\n");
}

TEST_CASE("Text before and between objects is plain") {
  const Decoded decoded = Decode("WARNING: {not json\n{\"vertexes\":[]}\nand {this}\n", 5);
  CHECK(decoded.events.size() == 1);
  CHECK(decoded.plain == "WARNING: {not json\nand {this}\n");
}

TEST_CASE("Broken input neither throws nor gets lost") {
  SECTION("an object that is not JSON is plain text") {
    CHECK(Decode("{nonsense}\n", 2).plain == "{nonsense}\n");
  }
  SECTION("an object that never ends is plain text") {
    CHECK(Decode("{\"vertexes\":[", 2).plain == "{\"vertexes\":[");
  }
  SECTION("wrong types are left out") {
    const Decoded decoded = Decode(
        "{\"vertexes\":[1,{\"digest\":5,\"cached\":\"yes\"}],\"logs\":{},"
        "\"warnings\":[null]}",
        4);
    REQUIRE(decoded.events.size() == 1);
    CHECK(decoded.events[0].vertexes.size() == 1);
    CHECK(decoded.events[0].vertexes[0].digest.empty());
    CHECK_FALSE(decoded.events[0].vertexes[0].cached);
  }
  SECTION("log data that is not base64 is empty") {
    const Decoded decoded = Decode("{\"logs\":[{\"vertex\":\"d\",\"data\":\"***\"}]}", 4);
    CHECK(decoded.events.at(0).logs.at(0).data.empty());
  }
}

TEST_CASE("Memory stays bounded") {
  SECTION("an oversized object is dropped and counted, the next one is read") {
    const std::string huge = "{\"a\":\"" + std::string(9 << 20, 'x') + "\"}\n{\"vertexes\":[]}";
    const Decoded decoded = Decode(huge, 1 << 20);
    CHECK(decoded.dropped == 1);
    CHECK(decoded.events.size() == 1);
  }
  SECTION("of plain text the end is kept") {
    const Decoded decoded = Decode(absl::StrCat(std::string(1 << 20, 'a'), "\nthe end"), 1000);
    CHECK(decoded.plain.size() <= 128 << 10);
    CHECK(decoded.plain.substr(decoded.plain.size() - 7) == "the end");
  }
}

}  // namespace
}  // namespace lif
