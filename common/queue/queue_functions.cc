#include "common/queue/queue_functions.h"

#include <map>

#include "absl/status/status.h"
#include "common/base/status_macros.h"
#include "common/queue/queue_library.h"
#include "common/queue/redis_keys.h"

namespace lif {

absl::Status QueueErrorStatus(const std::string& error, const std::string& address) {
  const std::map<std::string, absl::StatusCode> codes = {
      {"LIFINVALID", absl::StatusCode::kInvalidArgument},
      {"LIFLOST", absl::StatusCode::kFailedPrecondition},
      {"LIFSUPERSEDED", absl::StatusCode::kAlreadyExists},
      {"LIFNOTFOUND", absl::StatusCode::kNotFound},
      {"LIFEXHAUSTED", absl::StatusCode::kResourceExhausted},
      {"LIFRANGE", absl::StatusCode::kOutOfRange},
  };
  const size_t space = error.find(' ');
  auto code = codes.find(error.substr(0, space));
  if (code == codes.end()) return RedisErrorStatus(error, address);
  return absl::Status(code->second, error.substr(space + 1));
}

QueueFunctions::QueueFunctions(const std::string& factory)
    : prefix_(RedisKeyPrefix(factory)), functions_(QueueLibrary()) {}

absl::StatusOr<QueueFunctions::Answer> QueueFunctions::Ask(
    RedisClient& client, const std::string& function, const std::vector<std::string>& arguments,
    absl::Duration timeout) {
  LIF_ASSIGN_OR_RETURN(RedisReply reply,
                       functions_.Call(client, "lif_v2_" + function, prefix_, arguments, timeout));
  if (reply.is_error()) return QueueErrorStatus(reply.text(), client.redis().Address());
  if (reply.items().size() != 3) {
    return absl::InternalError("the queue answered " + function + " without its stamp");
  }
  Answer answer;
  LIF_ASSIGN_OR_RETURN(answer.stamp.epoch, reply.items()[0].AsString());
  LIF_ASSIGN_OR_RETURN(answer.stamp.number, reply.items()[1].AsInteger());
  answer.reply = reply.items()[2];
  return answer;
}

absl::StatusOr<RedisReply> QueueFunctions::Call(RedisClient& client, const std::string& function,
                                                const std::vector<std::string>& arguments,
                                                absl::Duration timeout, QueueStamp* stamp) {
  const QueueStamp floor = fence_.newest();
  LIF_ASSIGN_OR_RETURN(Answer answer, Ask(client, function, arguments, timeout));
  if (stamp != nullptr) *stamp = answer.stamp;
  // What can't be judged now is at the next answer: the fence stays where it is.
  if (fence_.Observe(floor, answer.stamp)) Judge(client, answer.stamp, timeout).IgnoreError();
  return std::move(answer.reply);
}

absl::Status QueueFunctions::Judge(RedisClient& client, const QueueStamp& answer,
                                   absl::Duration timeout) {
  const QueueStamp remembered = fence_.newest();
  LIF_ASSIGN_OR_RETURN(const Answer read, Ask(client, "lineage", {}, timeout));
  LIF_ASSIGN_OR_RETURN(const std::string text, read.reply.AsString());
  LIF_ASSIGN_OR_RETURN(const QueueLineage lineage, QueueLineage::Parse(text, read.stamp));
  const int64_t lost = fence_.Settle(lineage, remembered, answer);
  if (lost == 0) return absl::OkStatus();
  return Ask(client, "rolled_back", {lineage.now().epoch, std::to_string(lost)}, timeout).status();
}

}  // namespace lif
