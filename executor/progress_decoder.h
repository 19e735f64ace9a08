// Decodes what `docker buildx build --progress=rawjson` writes to standard error: concatenated,
// indented JSON objects (BuildKit's SolveStatus), with plain text lines before, between and after.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace lif {

struct ProgressVertex {
  std::string digest;
  std::string name;  // "[core-python 2/3] RUN apt-get …"
  absl::Time started = absl::InfinitePast();
  absl::Time completed = absl::InfinitePast();
  bool cached = false;
  std::string error;
};

struct ProgressLog {
  std::string vertex;  // digest
  absl::Time time;
  std::string data;  // bytes as the step wrote them
};

// What a vertex is doing: "sha256:…" fetches a blob, "extracting sha256:…" unpacks it, and others.
struct ProgressStatus {
  std::string id;
  int64_t current = 0;  // bytes so far, of a blob
  int64_t total = 0;    // bytes; 0 not known
};

struct ProgressEvent {
  std::vector<ProgressVertex> vertexes;
  std::vector<ProgressStatus> statuses;
  std::vector<ProgressLog> logs;
  std::vector<std::string> warnings;
};

// Streaming: input may be cut anywhere. Bounded: an object over 8 MiB is dropped (and counted), of
// the plain text the last 64 KiB are kept. Never fails; not thread-safe.
class ProgressDecoder {
 public:
  using Sink = std::function<void(const ProgressEvent&)>;
  explicit ProgressDecoder(Sink sink) : sink_(std::move(sink)) {}

  void Feed(std::string_view bytes);
  // Call once, last: what is left of an unfinished object counts as plain text.
  void Finish();

  // What was not JSON, such as the error text at the end.
  const std::string& plain() const { return plain_; }
  int64_t dropped_objects() const { return dropped_objects_; }

 private:
  void FeedPlain(char c);
  void FeedObject(char c);
  void EndObject();
  void AddPlain(std::string_view text);

  Sink sink_;
  std::string object_;
  std::string plain_;
  int depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  bool line_start_ = true;
  bool oversized_ = false;
  int64_t dropped_objects_ = 0;
};

}  // namespace lif
