#include "cli/build_watch.h"

#include "cli/error_text.h"
#include "cli/rpc.h"
#include "common/base/backoff.h"
#include "common/base/grpc_status.h"
#include "lif/v1/build_service.grpc.pb.h"

namespace lif {
namespace {

constexpr size_t kMaxUpdates = 256;  // waiting for Next; the stream's flow control does the rest
constexpr BackoffPolicy kBackoff{absl::Milliseconds(200), absl::Seconds(3), 2.0};

bool WorthRetrying(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kDeadlineExceeded:
      return true;
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kCancelled:
      // A connection that is cut in mid message reads as one of these, with no reason given.
      return ReasonOf(status).empty();
    default:
      return false;
  }
}

}  // namespace

BuildWatch::BuildWatch(CliContext* context, std::shared_ptr<grpc::Channel> channel,
                       std::vector<std::string> build_ids, WatchLimits limits)
    : context_(context),
      channel_(std::move(channel)),
      limits_(limits),
      open_(build_ids.begin(), build_ids.end()) {}

BuildWatch::~BuildWatch() {
  stop_.request_stop();
  if (reader_.joinable()) reader_.join();
}

void BuildWatch::Start() {
  reader_ = std::thread([this, stop = stop_.get_token()] { Run(stop); });
}

std::optional<WatchUpdate> BuildWatch::Next(absl::Duration wait) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait_for(lock, context_->interrupt, absl::ToChronoMilliseconds(wait),
                    [this] { return !updates_.empty(); });
  if (updates_.empty()) return std::nullopt;
  WatchUpdate update = std::move(updates_.front());
  updates_.pop_front();
  changed_.notify_all();
  return update;
}

void BuildWatch::Push(WatchUpdate update, std::stop_token stop) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, stop, [this] { return updates_.size() < kMaxUpdates; });
  updates_.push_back(std::move(update));
  changed_.notify_all();
}

bool BuildWatch::ReadStream(std::stop_token stop, bool lost, absl::Status* status) {
  const auto stub = v1::BuildService::NewStub(channel_);
  v1::WatchBuildsRequest request;
  for (const std::string& id : open_) request.add_build_ids(id);
  CallContext call(limits_.stream, stop);
  const auto stream = stub->WatchBuilds(call.get(), request);
  v1::WatchBuildsResponse response;
  bool any = false;
  while (stream->Read(&response)) {
    if (lost && !any) Push({WatchUpdate::Kind::kFound, {}, {}}, stop);
    any = true;
    if (response.event().last()) open_.erase(response.event().build_id());
    Push({WatchUpdate::Kind::kEvent, response.event(), {}}, stop);
  }
  *status = FromGrpcStatus(stream->Finish());
  return any;
}

void BuildWatch::Run(std::stop_token stop) {
  int failures = 0;
  absl::Duration last_answer = context_->clock->Steady();
  while (!open_.empty() && !stop.stop_requested()) {
    absl::Status status;
    const bool answered = ReadStream(stop, failures > 0, &status);
    if (open_.empty() || stop.stop_requested()) break;
    if (answered) {
      failures = 0;
      last_answer = context_->clock->Steady();
      if (absl::IsDeadlineExceeded(status)) continue;  // our own deadline of a healthy stream
    }
    // A stream that ends OK before its builds do is a server's that stops.
    if (status.ok()) status = absl::UnavailableError("the stream ended early");
    const absl::Status told = ExplainRpcError(status, context_->server);
    const absl::Duration away = context_->clock->Steady() - last_answer;
    if (!WorthRetrying(status) || away > limits_.reconnect) {
      Push({WatchUpdate::Kind::kEnd, {}, told}, stop);
      return;
    }
    if (failures == 0) Push({WatchUpdate::Kind::kLost, {}, told}, stop);
    context_->clock->Sleep(kBackoff.Delay(failures++, 0.5), stop);
    channel_ = context_->Channel();  // another replica may answer
  }
  Push({WatchUpdate::Kind::kEnd, {}, absl::OkStatus()}, stop);
}

}  // namespace lif
