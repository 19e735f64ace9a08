// Follows builds to their ends over WatchBuilds, whatever becomes of the connection.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "cli/command.h"
#include "lif/v1/build_service.pb.h"

namespace grpc {
class Channel;
}

namespace lif {

struct WatchUpdate {
  enum class Kind {
    kEvent,
    kLost,   // the control plane went away: `status` says why; the watch goes on trying
    kFound,  // it answers again
    kEnd,    // nothing follows: OK when every build is over
  };
  Kind kind = Kind::kEvent;
  v1::BuildEvent event;
  absl::Status status;
};

// Where the news of builds come from. One thread; Next is not called after kEnd.
class UpdateSource {
 public:
  virtual ~UpdateSource() = default;
  virtual void Start() = 0;
  // The next update, or nullopt after `wait`. Nothing comes after kEnd.
  virtual std::optional<WatchUpdate> Next(absl::Duration wait) = 0;
};

struct WatchLimits {
  // A stream is opened anew after this long, which also finds a connection that died in silence.
  absl::Duration stream = absl::Minutes(2);
  absl::Duration reconnect = absl::Minutes(5);  // without an answer; then the watch gives up
};

// Reads on a thread of its own; Next is for one thread. `context` must outlive it.
class BuildWatch final : public UpdateSource {
 public:
  BuildWatch(CliContext* context, std::shared_ptr<grpc::Channel> channel,
             std::vector<std::string> build_ids, WatchLimits limits = {});
  ~BuildWatch() override;  // stops the stream
  BuildWatch(const BuildWatch&) = delete;
  BuildWatch& operator=(const BuildWatch&) = delete;

  void Start() override;
  std::optional<WatchUpdate> Next(absl::Duration wait) override;

 private:
  void Run(std::stop_token stop);
  // Reads one stream to its end; true if it brought at least one event.
  bool ReadStream(std::stop_token stop, bool lost, absl::Status* status);
  void Push(WatchUpdate update, std::stop_token stop);

  CliContext* context_;
  std::shared_ptr<grpc::Channel> channel_;
  WatchLimits limits_;
  std::set<std::string> open_;  // builds that are not over; of the reading thread
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<WatchUpdate> updates_;
  std::stop_source stop_;
  std::thread reader_;  // last: it uses all of the above
};

}  // namespace lif
