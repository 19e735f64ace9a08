#include "common/postgres/pg_errors.h"

#include <string>

#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("SQLSTATEs become codes that tell callers what to do") {
  struct Row {
    const char* state;
    absl::StatusCode code;
  };
  const Row rows[] = {
      {"57014", absl::StatusCode::kDeadlineExceeded},
      {"55P03", absl::StatusCode::kDeadlineExceeded},
      {"57P01", absl::StatusCode::kUnavailable},
      {"57P03", absl::StatusCode::kUnavailable},
      {"08006", absl::StatusCode::kUnavailable},
      {"53300", absl::StatusCode::kUnavailable},
      {"53100", absl::StatusCode::kResourceExhausted},
      {"40001", absl::StatusCode::kAborted},
      {"40P01", absl::StatusCode::kAborted},
      {"42501", absl::StatusCode::kPermissionDenied},
      {"25006", absl::StatusCode::kPermissionDenied},
      {"42P01", absl::StatusCode::kFailedPrecondition},
      {"42703", absl::StatusCode::kFailedPrecondition},
      {"23505", absl::StatusCode::kAlreadyExists},
      {"23001", absl::StatusCode::kFailedPrecondition},
      {"22021", absl::StatusCode::kInvalidArgument},
      {"28P01", absl::StatusCode::kUnauthenticated},
      {"42601", absl::StatusCode::kInternal},
      {"", absl::StatusCode::kInternal},
  };
  for (const Row& row : rows) {
    INFO(row.state);
    CHECK(PgErrorStatus("do it", {row.state, "ERROR:  no"}).code() == row.code);
  }
}

TEST_CASE("a message is one line with detail and hint, without its context") {
  absl::Status status =
      PgErrorStatus("commit", {"23001",
                               "ERROR:  rows never change\nHINT:  publish a new one\n"
                               "CONTEXT:  PL/pgSQL function refuse_change()"});
  CHECK(std::string(status.message()) == "cannot commit: rows never change; publish a new one");
}

TEST_CASE("connections that can't succeed are told apart from those that may") {
  CHECK(absl::IsUnauthenticated(PgConnectionStatus(
      "read", "database lif", "FATAL:  password authentication failed for user \"x\"")));
  CHECK(absl::IsFailedPrecondition(
      PgConnectionStatus("read", "database lif", "FATAL:  database \"lif\" does not exist")));
  absl::Status away = PgConnectionStatus("read", "database lif at h", "connection refused");
  CHECK(absl::IsUnavailable(away));
  CHECK(std::string(away.message()) ==
        "cannot read: PostgreSQL, database lif at h, is away: connection refused; try again when "
        "the server runs");
}

}  // namespace
}  // namespace lif
