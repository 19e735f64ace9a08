#include "executor/local/event_stream.h"

#include "executor/local/message_json_internal.h"

namespace lif {

void EventStream::Submitted(const JobSpec& job) {
  Write(JsonText({{"submitted", SubmittedBuildJson(job)}}, /*indented=*/false));
}

void EventStream::Progress(const JobSpec& job, const JobProgress& progress) {
  Write(JsonText({{"event", BuildEventJson(job, progress)}}, /*indented=*/false));
}

void EventStream::Ended(const Record& record, const std::string& directory) {
  Write(JsonText({{"event", EndEventJson(record)}}, /*indented=*/false));
  Write(JsonText({{"record", RecordJson(record)}, {"directory", directory}}, /*indented=*/false));
}

void EventStream::Failed(const absl::Status& status) {
  const nlohmann::ordered_json error = {{"code", static_cast<int>(status.code())},
                                        {"message", std::string(status.message())}};
  Write(JsonText({{"error", error}}, /*indented=*/false));
}

void EventStream::Write(const std::string& line) {
  const std::lock_guard lock(mutex_);
  write_(line);
}

}  // namespace lif
