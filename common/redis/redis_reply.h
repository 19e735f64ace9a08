// A reply of Redis as a value, with typed access. Errors of Redis are replies too: they tell
// nothing about the connection's health.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace lif {

class RedisReply {
 public:
  enum class Type { kNil, kInteger, kString, kStatus, kError, kArray };

  static RedisReply Nil() { return RedisReply(Type::kNil); }
  static RedisReply Integer(int64_t value);
  static RedisReply Text(Type type, std::string text);
  static RedisReply Array(std::vector<RedisReply> items);

  Type type() const { return type_; }
  bool is_nil() const { return type_ == Type::kNil; }
  bool is_error() const { return type_ == Type::kError; }
  // Text of a string, a status or an error; "" otherwise.
  const std::string& text() const { return text_; }
  // Items of an array; empty otherwise.
  const std::vector<RedisReply>& items() const { return items_; }

  // INTERNAL, saying what came instead, when the reply has another type. A number that Redis sent
  // as text is an integer too.
  absl::StatusOr<int64_t> AsInteger() const;
  absl::StatusOr<std::string> AsString() const;
  absl::StatusOr<std::vector<std::string>> AsStrings() const;
  // An array of name, value, name, value…
  absl::StatusOr<std::map<std::string, std::string>> AsMap() const;

 private:
  explicit RedisReply(Type type) : type_(type) {}

  Type type_;
  int64_t integer_ = 0;
  std::string text_;
  std::vector<RedisReply> items_;
};

// The Status of an error reply by its code, e.g. UNAVAILABLE for LOADING, RESOURCE_EXHAUSTED for
// OOM; `address` names the server in the message.
absl::Status RedisErrorStatus(const std::string& error, const std::string& address);

// Whether an error says that this server cannot serve now, so that a new connection may find one
// that can: LOADING, READONLY, MASTERDOWN, CLUSTERDOWN, TRYAGAIN, MISCONF, BUSY.
bool IsTransientRedisError(const std::string& error);

}  // namespace lif
