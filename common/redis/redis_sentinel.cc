#include "common/redis/redis_sentinel.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/redis/redis_connection.h"

namespace lif {
namespace {

absl::StatusOr<RedisOptions> Ask(const RedisOptions& options,
                                 const std::pair<std::string, int>& address) {
  RedisOptions sentinel;
  sentinel.host = address.first;
  sentinel.port = address.second;
  sentinel.user = options.sentinels.user;
  sentinel.password = options.sentinels.password;
  sentinel.connect_timeout = options.connect_timeout;
  LIF_ASSIGN_OR_RETURN(std::unique_ptr<RedisConnection> connection,
                       RedisConnection::Connect(sentinel));
  LIF_ASSIGN_OR_RETURN(
      const RedisReply reply,
      connection->Command({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", options.sentinels.master},
                          options.connect_timeout));
  if (reply.is_error()) return RedisErrorStatus(reply.text(), sentinel.Address());
  if (reply.is_nil()) {
    return absl::UnavailableError(absl::StrCat("the sentinel at ", sentinel.Address(),
                                               " watches no primary named ",
                                               options.sentinels.master));
  }
  LIF_ASSIGN_OR_RETURN(const std::vector<std::string> fields, reply.AsStrings());
  RedisOptions primary = options;
  if (fields.size() != 2 || fields[0].empty() || !absl::SimpleAtoi(fields[1], &primary.port)) {
    return absl::UnavailableError(
        absl::StrCat("the sentinel at ", sentinel.Address(), " answered no address"));
  }
  primary.host = fields[0];
  return primary;
}

}  // namespace

absl::StatusOr<RedisOptions> FindPrimary(const RedisOptions& options) {
  absl::Status first;
  for (const auto& address : options.sentinels.addresses) {
    absl::StatusOr<RedisOptions> primary = Ask(options, address);
    if (primary.ok()) return primary;
    if (first.ok()) first = primary.status();
  }
  return absl::UnavailableError(absl::StrCat("no sentinel names the primary ",
                                             options.sentinels.master, ": ",
                                             std::string(first.message())));
}

}  // namespace lif
