// SQL statements with parameters, and the rows that they answer, without libpqxx in the header.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace pqxx {
class result;
class transaction_base;
}  // namespace pqxx

namespace lif {

class CallWatchdog;

// Values for $1, $2, … in order. They travel apart from the statement: nothing is ever quoted.
class SqlParams {
 public:
  SqlParams& Add(std::string_view text);
  SqlParams& AddInt(int64_t value);
  SqlParams& AddBool(bool value);
  SqlParams& AddNull();
  SqlParams& AddOptionalInt(std::optional<int64_t> value);
  SqlParams& AddArray(const std::vector<std::string>& items);  // text[]
  SqlParams& Append(const SqlParams& more);
  SqlParams& AddTime(absl::Time time);  // timestamptz; InfinitePast is null

  const std::vector<std::optional<std::string>>& values() const { return values_; }
  // INVALID_ARGUMENT names the first text with a NUL, which PostgreSQL would cut off silently.
  absl::Status Check() const;

 private:
  std::vector<std::optional<std::string>> values_;
};

// Rows in memory; cheap to copy. The reader asks for the types that its own statement selects.
class SqlRows {
 public:
  explicit SqlRows(std::shared_ptr<const pqxx::result> result) : result_(std::move(result)) {}

  int size() const;
  bool empty() const { return size() == 0; }
  int64_t affected() const;  // rows that an INSERT wrote

  bool IsNull(int row, int column) const;
  std::string Text(int row, int column) const;                // "" when null
  int64_t Int(int row, int column) const;                     // 0 when null
  bool Bool(int row, int column) const;                       // false when null
  std::vector<std::string> Array(int row, int column) const;  // of a text[]
  absl::Time TimeMicros(int row, int column) const;           // of µs; null is InfinitePast
  absl::Duration DurationMicros(int row, int column) const;   // of µs

 private:
  std::shared_ptr<const pqxx::result> result_;
};

// SQL that makes TimeMicros readable: µs since 1970 of a timestamptz.
std::string MicrosOf(std::string_view column);

// An open transaction or session. Not thread-safe; lives as long as the callback that was given it.
class SqlSession {
 public:
  struct Context {
    pqxx::transaction_base& transaction;
    CallWatchdog& watchdog;
    int socket;
    absl::Duration limit;  // of one statement
    std::string what;      // "commit the record of …": for messages
    std::string where;     // ConnInfo::Describe
  };

  explicit SqlSession(Context context) : context_(std::move(context)) {}
  SqlSession(const SqlSession&) = delete;
  SqlSession& operator=(const SqlSession&) = delete;

  // One statement. After an error the transaction can only end. Errors: see pg_errors.h.
  absl::StatusOr<SqlRows> Exec(const std::string& sql, const SqlParams& params = {});
  // Several statements without parameters, separated by ';', in one round trip.
  absl::Status ExecScript(const std::string& sql);

  // For a statement that may take longer than the pool's own limit (a migration, a lock).
  void set_limit(absl::Duration limit) { context_.limit = limit; }
  bool broken() const { return broken_; }

 private:
  Context context_;
  bool broken_ = false;
};

// The text form of text[] ('{"a","b"}'), and back. INVALID_ARGUMENT for more than one dimension.
std::string FormatSqlArray(const std::vector<std::string>& items);
absl::StatusOr<std::vector<std::string>> ParseSqlArray(std::string_view text);

}  // namespace lif
