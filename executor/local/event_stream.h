// What `lif-executor local` tells the program that started it: one JSON object a line.
//   {"submitted": SubmittedBuild}                   once, when the build begins
//   {"event": BuildEvent}                           as it goes, the last one with "last"
//   {"record": Record, "directory": DIR}            what came of it, and where its files are
//   {"error": {"code": N, "message": TEXT}}         instead, when there is no verdict; canonical
//   code
// The messages are those of proto/lif/v1.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/queue/job.h"
#include "common/records/record.h"

namespace lif {

// Thread-safe.
class EventStream {
 public:
  // `write` gets whole lines, one call at a time.
  explicit EventStream(std::function<void(std::string_view)> write) : write_(std::move(write)) {}

  void Submitted(const JobSpec& job);
  void Progress(const JobSpec& job, const JobProgress& progress);
  void Ended(const Record& record, const std::string& directory);
  void Failed(const absl::Status& status);

 private:
  void Write(const std::string& line);

  const std::function<void(std::string_view)> write_;
  std::mutex mutex_;
};

}  // namespace lif
