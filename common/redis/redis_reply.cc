#include "common/redis/redis_reply.h"

#include <array>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

const char* TypeName(RedisReply::Type type) {
  switch (type) {
    case RedisReply::Type::kNil:
      return "nothing";
    case RedisReply::Type::kInteger:
      return "an integer";
    case RedisReply::Type::kString:
      return "a string";
    case RedisReply::Type::kStatus:
      return "a status";
    case RedisReply::Type::kError:
      return "an error";
    case RedisReply::Type::kArray:
      return "an array";
  }
  return "an unknown type";
}

absl::Status Unexpected(const char* wanted, const RedisReply& reply) {
  std::string message =
      absl::StrCat("Redis answered ", TypeName(reply.type()), " where ", wanted, " was expected");
  if (reply.is_error()) absl::StrAppend(&message, ": ", reply.text());
  return absl::InternalError(message);
}

std::string_view CodeOf(std::string_view error) {
  return error.substr(0, error.find(' '));
}

}  // namespace

RedisReply RedisReply::Integer(int64_t value) {
  RedisReply reply(Type::kInteger);
  reply.integer_ = value;
  return reply;
}

RedisReply RedisReply::Text(Type type, std::string text) {
  RedisReply reply(type);
  reply.text_ = std::move(text);
  return reply;
}

RedisReply RedisReply::Array(std::vector<RedisReply> items) {
  RedisReply reply(Type::kArray);
  reply.items_ = std::move(items);
  return reply;
}

absl::StatusOr<int64_t> RedisReply::AsInteger() const {
  if (type_ == Type::kInteger) return integer_;
  int64_t value = 0;
  if (type_ == Type::kString && absl::SimpleAtoi(text_, &value)) return value;
  return Unexpected("an integer", *this);
}

absl::StatusOr<std::string> RedisReply::AsString() const {
  if (type_ == Type::kString || type_ == Type::kStatus) return text_;
  return Unexpected("a string", *this);
}

absl::StatusOr<std::vector<std::string>> RedisReply::AsStrings() const {
  if (type_ != Type::kArray) return Unexpected("an array", *this);
  std::vector<std::string> strings;
  strings.reserve(items_.size());
  for (const RedisReply& item : items_) {
    LIF_ASSIGN_OR_RETURN(std::string text, item.AsString());
    strings.push_back(std::move(text));
  }
  return strings;
}

absl::StatusOr<std::map<std::string, std::string>> RedisReply::AsMap() const {
  LIF_ASSIGN_OR_RETURN(std::vector<std::string> flat, AsStrings());
  if (flat.size() % 2 != 0) {
    return absl::InternalError("Redis answered a name without a value");
  }
  std::map<std::string, std::string> map;
  for (size_t i = 0; i < flat.size(); i += 2) map[flat[i]] = std::move(flat[i + 1]);
  return map;
}

bool IsTransientRedisError(const std::string& error) {
  constexpr std::array<std::string_view, 9> kTransient = {"LOADING",     "READONLY",   "MASTERDOWN",
                                                          "CLUSTERDOWN", "TRYAGAIN",   "MISCONF",
                                                          "BUSY",        "NOREPLICAS", "UNBLOCKED"};
  for (std::string_view code : kTransient) {
    if (CodeOf(error) == code) return true;
  }
  return false;
}

absl::Status RedisErrorStatus(const std::string& error, const std::string& address) {
  const std::string message = absl::StrCat("Redis at ", address, ": ", error);
  const std::string_view code = CodeOf(error);
  if (IsTransientRedisError(error)) return absl::UnavailableError(message);
  if (code == "OOM") {
    return absl::ResourceExhaustedError(
        absl::StrCat(message, "; raise maxmemory or let the queue drain"));
  }
  if (code == "NOAUTH" || code == "WRONGPASS") {
    return absl::UnauthenticatedError(absl::StrCat(message, "; check the Redis URL"));
  }
  if (code == "NOPERM") return absl::PermissionDeniedError(message);
  return absl::InternalError(message);
}

}  // namespace lif
