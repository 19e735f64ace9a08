// `lif-executor local` as a source of news: one build with nothing but Docker. The CLI has no code
// of the executor in it; it starts the program and reads its lines (executor/local/event_stream.h).
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/build_watch.h"
#include "lif/v1/build_service.pb.h"
#include "lif/v1/record_service.pb.h"

namespace lif {

// The program runs on a thread of its own. It is told to stop by `interrupt`, and at the end of
// this object's life or of this process, however that comes; it then ends its work on the engine
// first.
class LocalProcess final : public UpdateSource {
 public:
  LocalProcess(std::vector<std::string> argv, std::stop_token interrupt);
  ~LocalProcess() override;
  LocalProcess(const LocalProcess&) = delete;
  LocalProcess& operator=(const LocalProcess&) = delete;

  // Starts the program and waits until it has begun to build. An error: why it does not.
  absl::StatusOr<v1::SubmittedBuild> Begin();
  void Start() override {}
  std::optional<WatchUpdate> Next(absl::Duration wait) override;

  // After kEnd:
  const v1::Record& record() const { return record_; }
  const std::string& directory() const { return directory_; }  // of the build's files
  const std::string& remarks() const { return remarks_; }      // the end of its standard error

 private:
  void Run();
  void Read(std::string_view bytes);
  absl::Status ReadLine(const std::string& line);
  void Push(WatchUpdate update);
  absl::Status EndStatus(const absl::StatusOr<struct ProcessResult>& result) const;

  const std::vector<std::string> argv_;
  std::stop_source stop_;
  const std::stop_callback<std::function<void()>> interrupted_;
  std::string partial_;  // of a line; of the running thread, as what follows up to the mutex
  absl::Status problem_;
  v1::Record record_;
  std::string directory_;
  std::string remarks_;
  bool recorded_ = false;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<v1::SubmittedBuild> submitted_;
  std::deque<WatchUpdate> updates_;
  bool ended_ = false;
  std::thread runner_;  // last: it uses all of the above
};

}  // namespace lif
