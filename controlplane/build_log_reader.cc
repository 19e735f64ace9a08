#include "controlplane/build_log_reader.h"

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"

namespace lif {
namespace {

constexpr int64_t kPiece = 256 * 1024;
constexpr absl::Duration kPeriod = absl::Milliseconds(200);

// One client's way through a log.
class Reading {
 public:
  Reading(const BuildLogReader::Seams& seams, std::string build_id, int64_t offset,
          const BuildLogReader::Sink& sink)
      : seams_(seams), build_id_(std::move(build_id)), offset_(offset), sink_(sink) {}

  bool client_left() const { return client_left_; }

  void End() { Send({offset_, std::string_view(), true}); }

  // Bytes that lie at `offset` of the log: what was sent before is skipped.
  void SendAt(int64_t offset, std::string_view bytes) {
    if (offset < offset_) {
      const int64_t skip = offset_ - offset;
      if (skip >= static_cast<int64_t>(bytes.size())) return;
      bytes.remove_prefix(static_cast<size_t>(skip));
      offset = offset_;
    }
    while (!bytes.empty() && !client_left_) {
      const std::string_view piece = bytes.substr(0, kPiece);
      Send({offset, piece, false});
      bytes.remove_prefix(piece.size());
      offset += static_cast<int64_t>(piece.size());
      offset_ = offset;
    }
  }

  // A blob that holds the log from `offset` on.
  absl::Status SendBlob(int64_t offset, const std::string& sha256) {
    return seams_.blobs.Read(sha256, [&](std::string_view bytes) {
      SendAt(offset, bytes);
      offset += static_cast<int64_t>(bytes.size());
      return !client_left_;
    });
  }

  // What lies in sealed chunks and tail beyond what was sent. True when that was something.
  absl::StatusOr<bool> SendLive() {
    const int64_t before = offset_;
    LIF_ASSIGN_OR_RETURN(const BuildLogView view, seams_.log.Read(build_id_, offset_, kPiece));
    for (const SealedChunk& chunk : view.sealed) {
      if (client_left_ || chunk.offset + chunk.size <= offset_) continue;
      LIF_RETURN_IF_ERROR(SendBlob(chunk.offset, chunk.sha256));
    }
    SendAt(view.tail_offset, view.tail);
    return offset_ > before;
  }

 private:
  void Send(const LogPiece& piece) {
    if (!client_left_ && !sink_(piece)) client_left_ = true;
  }

  const BuildLogReader::Seams& seams_;
  const std::string build_id_;
  int64_t offset_;
  const BuildLogReader::Sink& sink_;
  bool client_left_ = false;
};

const Artifact* FindLog(const BuildStatus& build) {
  if (!build.record) return nullptr;
  for (const Artifact& artifact : build.record->artifacts) {
    if (artifact.name == kBuildLogArtifact) return &artifact;
  }
  return nullptr;
}

}  // namespace

absl::Status BuildLogReader::Read(const std::string& build_id, const LogReadOptions& options,
                                  const Sink& sink, const CallEnd& end) const {
  const BuildReader builds(seams_.queue, seams_.records);
  Reading reading(seams_, build_id, options.offset, sink);
  while (!reading.client_left()) {
    // Its state comes first: what a build logged before it was over is then there to be read.
    LIF_ASSIGN_OR_RETURN(const BuildStatus build, builds.Get(build_id));
    if (const Artifact* log = FindLog(build)) {
      LIF_RETURN_IF_ERROR(reading.SendBlob(0, log->sha256));
      reading.End();
      return reading.client_left() ? ClientLeft() : absl::OkStatus();
    }
    LIF_ASSIGN_OR_RETURN(const bool more, reading.SendLive());
    if (more) continue;
    if (build.over() || !options.follow) {
      reading.End();
      return absl::OkStatus();
    }
    LIF_RETURN_IF_ERROR(end.Pause(seams_.clock, kPeriod));
  }
  return ClientLeft();
}

}  // namespace lif
