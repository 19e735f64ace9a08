#include "cli/local_process.h"

#include <google/protobuf/util/json_util.h>

#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/process/posix_process_runner.h"

namespace lif {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxUpdates = 256;
constexpr size_t kMaxLine = 8 << 20;
constexpr size_t kMaxRemarks = 4 << 10;
// Between being told to stop and being killed: it ends containers and its work on the engine.
constexpr absl::Duration kGrace = absl::Seconds(60);

absl::Status OtherVersion() {
  return absl::InternalError(
      "lif-executor says what this lif does not understand; install both from one build");
}

absl::Status ReadMessage(const Json& json, google::protobuf::Message* message) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status = google::protobuf::util::JsonStringToMessage(json.dump(), message, options);
  return status.ok() ? absl::OkStatus() : OtherVersion();
}

absl::Status ReadError(const Json& error) {
  if (!error.is_object() || !error.contains("code") || !error["code"].is_number_integer() ||
      !error.contains("message") || !error["message"].is_string() || error["code"] == 0) {
    return OtherVersion();
  }
  return absl::Status(static_cast<absl::StatusCode>(error["code"].get<int>()),
                      error["message"].get<std::string>());
}

}  // namespace

LocalProcess::LocalProcess(std::vector<std::string> argv, std::stop_token interrupt)
    : argv_(std::move(argv)), interrupted_(interrupt, [this] { stop_.request_stop(); }) {}

LocalProcess::~LocalProcess() {
  stop_.request_stop();
  if (runner_.joinable()) runner_.join();
}

absl::StatusOr<v1::SubmittedBuild> LocalProcess::Begin() {
  runner_ = std::thread([this] { Run(); });
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return submitted_.has_value() || ended_; });
  if (submitted_.has_value()) return *submitted_;
  return updates_.back().status;
}

std::optional<WatchUpdate> LocalProcess::Next(absl::Duration wait) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, absl::ToChronoMilliseconds(wait), [this] { return !updates_.empty(); });
  if (updates_.empty()) return std::nullopt;
  WatchUpdate update = std::move(updates_.front());
  updates_.pop_front();
  changed_.notify_all();
  return update;
}

void LocalProcess::Push(WatchUpdate update) {
  std::unique_lock lock(mutex_);
  // Who does not read any more wants the program to end, not to wait.
  changed_.wait(lock, stop_.get_token(), [this] { return updates_.size() < kMaxUpdates; });
  ended_ = update.kind == WatchUpdate::Kind::kEnd;
  updates_.push_back(std::move(update));
  changed_.notify_all();
}

void LocalProcess::Run() {
  PosixProcessRunner runner;
  ProcessSpec spec;
  // Ends with this process, even when that is killed.
  spec.argv = {"setpriv", "--pdeathsig", "TERM", "--"};
  spec.argv.insert(spec.argv.end(), argv_.begin(), argv_.end());
  spec.kill_grace = kGrace;
  spec.on_output = [this](OutputStream stream, std::string_view bytes) {
    if (stream == OutputStream::kStdout) return Read(bytes);
    remarks_.append(bytes);
    if (remarks_.size() > kMaxRemarks) remarks_.erase(0, remarks_.size() - kMaxRemarks);
  };
  const absl::StatusOr<ProcessResult> result = runner.Run(spec, stop_.get_token());
  Push({WatchUpdate::Kind::kEnd, {}, EndStatus(result)});
}

absl::Status LocalProcess::EndStatus(const absl::StatusOr<ProcessResult>& result) const {
  if (!problem_.ok()) return problem_;
  if (recorded_) return absl::OkStatus();
  if (!result.ok()) return result.status();
  const std::string how = result->end == ProcessResult::End::kExited
                              ? absl::StrCat("exit code ", result->exit_code)
                              : absl::StrCat("signal ", result->signal);
  const std::string said(absl::StripAsciiWhitespace(remarks_));
  return absl::InternalError(absl::StrCat("lif-executor ended without a result (", how, ")",
                                          said.empty() ? "" : ":\n", said));
}

void LocalProcess::Read(std::string_view bytes) {
  partial_.append(bytes);
  size_t from = 0;
  for (size_t end; problem_.ok() && (end = partial_.find('\n', from)) != std::string::npos;
       from = end + 1) {
    problem_ = ReadLine(partial_.substr(from, end - from));
  }
  partial_.erase(0, from);
  if (partial_.size() > kMaxLine) {
    problem_ = OtherVersion();
    partial_.clear();
  }
  if (!problem_.ok()) stop_.request_stop();
}

absl::Status LocalProcess::ReadLine(const std::string& line) {
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return OtherVersion();
  if (json.contains("submitted")) {
    v1::SubmittedBuild submitted;
    LIF_RETURN_IF_ERROR(ReadMessage(json["submitted"], &submitted));
    const std::lock_guard lock(mutex_);
    submitted_ = std::move(submitted);
    changed_.notify_all();
  } else if (json.contains("event")) {
    WatchUpdate update;
    LIF_RETURN_IF_ERROR(ReadMessage(json["event"], &update.event));
    Push(std::move(update));
  } else if (json.contains("record") && json.contains("directory") &&
             json["directory"].is_string()) {
    LIF_RETURN_IF_ERROR(ReadMessage(json["record"], &record_));
    directory_ = json["directory"].get<std::string>();
    recorded_ = true;
  } else if (json.contains("error")) {
    return ReadError(json["error"]);
  } else {
    return OtherVersion();
  }
  return absl::OkStatus();
}

}  // namespace lif
