#include "common/postgres/sql.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "common/base/status_macros.h"
#include "common/postgres/call_watchdog.h"
#include "common/postgres/pg_errors.h"
#include "common/postgres/pqxx_internal.h"

namespace lif {
namespace {

pqxx::field FieldOf(const pqxx::result& result, int row, int column) {
  return result[static_cast<pqxx::result::size_type>(row)]
               [static_cast<pqxx::row::size_type>(column)];
}

}  // namespace

int SqlRows::size() const {
  return static_cast<int>(result_->size());
}

int64_t SqlRows::affected() const {
  return static_cast<int64_t>(result_->affected_rows());
}

bool SqlRows::IsNull(int row, int column) const {
  return FieldOf(*result_, row, column).is_null();
}

std::string SqlRows::Text(int row, int column) const {
  pqxx::field field = FieldOf(*result_, row, column);
  return field.is_null() ? std::string() : std::string(field.c_str(), field.size());
}

int64_t SqlRows::Int(int row, int column) const {
  int64_t value = 0;
  return absl::SimpleAtoi(Text(row, column), &value) ? value : 0;
}

bool SqlRows::Bool(int row, int column) const {
  return Text(row, column) == "t";
}

std::vector<std::string> SqlRows::Array(int row, int column) const {
  return ParseSqlArray(Text(row, column)).value_or(std::vector<std::string>());
}

absl::Time SqlRows::TimeMicros(int row, int column) const {
  if (IsNull(row, column)) return absl::InfinitePast();
  return absl::FromUnixMicros(Int(row, column));
}

absl::Duration SqlRows::DurationMicros(int row, int column) const {
  return absl::Microseconds(Int(row, column));
}

absl::StatusOr<SqlRows> SqlSession::Exec(const std::string& sql, const SqlParams& params) {
  LIF_RETURN_IF_ERROR(params.Check());
  try {
    CallWatchdog::Guard guard = context_.watchdog.Watch(context_.socket, context_.limit);
    return SqlRows(
        std::make_shared<pqxx::result>(ExecWithParams(context_.transaction, sql, params.values())));
  } catch (...) {
    CaughtPgError caught = StatusOfCurrentException(context_.what, context_.where);
    broken_ = broken_ || caught.broken;
    return caught.status;
  }
}

absl::Status SqlSession::ExecScript(const std::string& sql) {
  try {
    CallWatchdog::Guard guard = context_.watchdog.Watch(context_.socket, context_.limit);
    context_.transaction.exec(sql);
    return absl::OkStatus();
  } catch (...) {
    CaughtPgError caught = StatusOfCurrentException(context_.what, context_.where);
    broken_ = broken_ || caught.broken;
    return caught.status;
  }
}

}  // namespace lif
