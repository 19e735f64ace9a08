// PostgreSQL's errors as Status, with what to do.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace lif {

struct PgError {
  std::string sqlstate;  // five characters, or "" when the server gave none
  std::string message;   // the server's own text
};

// "cannot <what>: <reason>; <what to do>". Pure.
//   UNAVAILABLE         shutting down, starting up, too many connections: retry
//   DEADLINE_EXCEEDED   statement or lock timeout
//   PERMISSION_DENIED   grants, or a read-only session
//   FAILED_PRECONDITION the schema is missing or old; a row would break a rule of the schema
//   ALREADY_EXISTS      unique violation
//   ABORTED             serialisation failure or deadlock: retry the transaction
//   RESOURCE_EXHAUSTED  disk or memory of the server
//   INVALID_ARGUMENT    a value that its column can't hold
absl::Status PgErrorStatus(std::string_view what, const PgError& error);

// Of a connection that could not be made or broke. `where` as ConnInfo::Describe. UNAVAILABLE, or
// UNAUTHENTICATED / FAILED_PRECONDITION when trying again can't help.
absl::Status PgConnectionStatus(std::string_view what, std::string_view where,
                                std::string_view message);

// Inside a catch block: whatever libpqxx or the library threw.
struct CaughtPgError {
  absl::Status status;
  bool broken = false;  // the connection is of no more use
};
CaughtPgError StatusOfCurrentException(std::string_view what, std::string_view where);

}  // namespace lif
