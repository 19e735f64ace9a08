// A bounded pool of PostgreSQL connections with deadlines, which replaces broken ones.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"
#include "common/postgres/call_watchdog.h"
#include "common/postgres/sql.h"

namespace lif {

struct PostgresOptions {
  std::string dsn;  // secret
  std::string application_name = "lif";
  int max_connections = 8;
  absl::Duration connect_timeout = absl::Seconds(5);     // whole seconds, at least 2 (libpq)
  absl::Duration acquire_timeout = absl::Seconds(10);    // wait for a free connection
  absl::Duration statement_timeout = absl::Seconds(15);  // enforced by the server
  // Past the statement timeout, when the server does not even answer that it timed out.
  absl::Duration answer_grace = absl::Seconds(5);
  bool read_only = false;  // sessions refuse writes, whatever the role may do
  // Told of each call that failed, for whatever reason; may be empty.
  std::function<void(const absl::Status&)> on_error;
};

// Thread-safe; calls block. No I/O before the first call. `what` completes "cannot …" in messages.
//
// A call whose connection turns out broken is tried once more on a new one; so `work` may run
// twice, each time in a fresh transaction, and must have no other effect. A commit whose answer was
// lost is tried again too: statements must make that harmless (unique keys). Errors: pg_errors.h.
class PostgresPool {
 public:
  using Work = std::function<absl::Status(SqlSession&)>;

  explicit PostgresPool(PostgresOptions options);
  ~PostgresPool();
  PostgresPool(const PostgresPool&) = delete;
  PostgresPool& operator=(const PostgresPool&) = delete;

  // One statement that only reads, in one round trip.
  absl::StatusOr<SqlRows> Query(const std::string& what, const std::string& sql,
                                const SqlParams& params = {});
  // Statements in one transaction, committed when `work` answers OK.
  absl::Status Transact(const std::string& what, const Work& work);
  // Statements outside of a transaction on one connection, for session locks and settings, which
  // end with the call. `work` runs once at most. The connection goes back to the pool only when it
  // answered OK.
  absl::Status WithSession(const std::string& what, const Work& work);

  // Opens a connection if need be and asks for an answer. For readiness and at start.
  absl::Status Ping();
  // Names the place, without secrets.
  std::string Describe() const;

 private:
  struct Connection;
  enum class Mode { kQuery, kTransaction, kSession };

  absl::StatusOr<std::unique_ptr<Connection>> Acquire(const std::string& what, bool fresh);
  absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& what);
  void Release(std::unique_ptr<Connection> connection, bool usable);
  absl::Status Run(const std::string& what, Mode mode, const Work& work);
  absl::Status TryTwice(const std::string& what, Mode mode, const Work& work);
  // What became of a connection in use.
  struct Use {
    bool broken = false;
    bool entered = false;  // `work` was called
  };
  absl::Status RunOn(Connection& connection, const std::string& what, Mode mode, const Work& work,
                     Use& use);
  absl::Status RunSession(SqlSession& session, const Work& work, Use& use);
  // False when none got free within the acquire timeout.
  bool AwaitFree() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const PostgresOptions options_;
  const std::string where_;
  CallWatchdog watchdog_;
  Mutex mutex_;
  CondVar released_;
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mutex_);
  int open_ ABSL_GUARDED_BY(mutex_) = 0;  // idle ones and those in use
};

}  // namespace lif
