#include "common/queue/redis_build_log.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

constexpr size_t kAppendLimit = 256 * 1024;
constexpr int64_t kReadLimit = 1024 * 1024;

absl::StatusOr<SealedChunk> ParseChunk(const std::string& text) {
  std::vector<std::string> parts = absl::StrSplit(text, ' ');
  SealedChunk chunk;
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &chunk.offset) ||
      !absl::SimpleAtoi(parts[1], &chunk.size)) {
    return absl::InternalError(absl::StrCat("corrupt chunk of a log: '", text, "'"));
  }
  chunk.sha256 = parts[2];
  return chunk;
}

}  // namespace

RedisBuildLog::RedisBuildLog(RedisBuildLogOptions options, Clock* clock)
    : options_(std::move(options)),
      calls_(RedisClientOptions{options_.redis, options_.connections}, clock),
      functions_(options_.factory) {}

absl::Status RedisBuildLog::Append(const std::string& build_id, int64_t offset,
                                   std::string_view bytes) {
  while (!bytes.empty()) {
    std::string_view piece = bytes.substr(0, kAppendLimit);
    LIF_RETURN_IF_ERROR(
        functions_
            .Call(calls_, "log_append", {build_id, std::to_string(offset), std::string(piece)})
            .status());
    offset += static_cast<int64_t>(piece.size());
    bytes.remove_prefix(piece.size());
  }
  return absl::OkStatus();
}

absl::Status RedisBuildLog::Seal(const std::string& build_id, const SealedChunk& chunk) {
  return functions_
      .Call(calls_, "log_seal",
            {build_id, std::to_string(chunk.offset), std::to_string(chunk.size), chunk.sha256})
      .status();
}

absl::StatusOr<BuildLogView> RedisBuildLog::Read(const std::string& build_id, int64_t offset,
                                                 int64_t limit) {
  LIF_ASSIGN_OR_RETURN(
      RedisReply reply,
      functions_.Call(calls_, "log_read",
                      {build_id, std::to_string(offset),
                       std::to_string(std::clamp<int64_t>(limit, 0, kReadLimit))}));
  if (reply.items().size() < 3) {
    return absl::InternalError("the queue answered a log of another shape");
  }
  BuildLogView view;
  LIF_ASSIGN_OR_RETURN(view.end, reply.items()[0].AsInteger());
  LIF_ASSIGN_OR_RETURN(view.tail_offset, reply.items()[1].AsInteger());
  LIF_ASSIGN_OR_RETURN(view.tail, reply.items()[2].AsString());
  for (size_t i = 3; i < reply.items().size(); ++i) {
    LIF_ASSIGN_OR_RETURN(std::string text, reply.items()[i].AsString());
    LIF_ASSIGN_OR_RETURN(SealedChunk chunk, ParseChunk(text));
    view.sealed.push_back(std::move(chunk));
  }
  return view;
}

}  // namespace lif
