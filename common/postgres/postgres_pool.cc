#include "common/postgres/postgres_pool.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/postgres/conninfo.h"
#include "common/postgres/pg_errors.h"
#include "common/postgres/pqxx_internal.h"

namespace lif {
namespace {

std::string DescribeDsn(const std::string& dsn) {
  absl::StatusOr<ConnInfo> info = ConnInfo::Parse(dsn);
  return info.ok() ? info->Describe() : "a malformed connection string";
}

std::string Millis(absl::Duration duration) {
  return std::to_string(absl::ToInt64Milliseconds(duration));
}

// libpq's own fences: a dead peer is noticed within about half a minute even when nobody asks.
void SetNetworkDefaults(ConnInfo& info, const PostgresOptions& options) {
  int64_t connect = std::max<int64_t>(2, absl::ToInt64Seconds(options.connect_timeout));
  info.SetDefault("connect_timeout", std::to_string(connect));
  info.SetDefault("application_name", options.application_name);
  info.SetDefault("keepalives", "1");
  info.SetDefault("keepalives_idle", "10");
  info.SetDefault("keepalives_interval", "5");
  info.SetDefault("keepalives_count", "3");
  info.SetDefault("tcp_user_timeout", "20000");
  info.SetDefault("client_encoding", "UTF8");
}

// In statements, not in the start-up packet: proxies between us and the server refuse options.
std::string SessionSettings(const PostgresOptions& options) {
  return absl::StrCat("SET statement_timeout = ", Millis(options.statement_timeout),
                      "; SET lock_timeout = ", Millis(options.statement_timeout),
                      "; SET idle_in_transaction_session_timeout = '5min'",
                      "; SET TimeZone = 'UTC'; SET default_transaction_read_only = ",
                      options.read_only ? "on" : "off");
}

}  // namespace

struct PostgresPool::Connection {
  explicit Connection(const std::string& dsn) : link(dsn) {}
  pqxx::connection link;
};

PostgresPool::PostgresPool(PostgresOptions options)
    : options_(std::move(options)), where_(DescribeDsn(options_.dsn)) {}

PostgresPool::~PostgresPool() = default;

std::string PostgresPool::Describe() const {
  return where_;
}

bool PostgresPool::AwaitFree() {
  SystemClock clock;
  const absl::Duration deadline = clock.Steady() + options_.acquire_timeout;
  while (idle_.empty() && open_ >= options_.max_connections) {
    const absl::Duration left = deadline - clock.Steady();
    if (left <= absl::ZeroDuration()) return false;
    released_.WaitFor(&mutex_, left);
  }
  return true;
}

absl::StatusOr<std::unique_ptr<PostgresPool::Connection>> PostgresPool::Acquire(
    const std::string& what, bool fresh) {
  std::vector<std::unique_ptr<Connection>> dropped;  // closed after the lock is gone
  {
    MutexLock lock(&mutex_);
    if (!AwaitFree()) {
      return absl::UnavailableError(
          absl::StrCat("cannot ", what, ": all ", options_.max_connections,
                       " connections to PostgreSQL, ", where_, ", are busy; try again"));
    }
    if (fresh) {
      // One broke, so the server was away: those that idle are dead too.
      open_ -= static_cast<int>(idle_.size());
      dropped.swap(idle_);
    }
    if (!idle_.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
    ++open_;
  }
  absl::StatusOr<std::unique_ptr<Connection>> opened = Open(what);
  if (!opened.ok()) Release(nullptr, false);
  return opened;
}

absl::StatusOr<std::unique_ptr<PostgresPool::Connection>> PostgresPool::Open(
    const std::string& what) {
  LIF_ASSIGN_OR_RETURN(ConnInfo info, ConnInfo::Parse(options_.dsn));
  SetNetworkDefaults(info, options_);
  try {
    auto connection = std::make_unique<Connection>(info.ToDsn());
    CallWatchdog::Guard guard =
        watchdog_.Watch(connection->link.sock(), options_.statement_timeout);
    pqxx::nontransaction settings(connection->link);
    settings.exec(SessionSettings(options_));
    return connection;
  } catch (...) {
    return StatusOfCurrentException(what, where_).status;
  }
}

void PostgresPool::Release(std::unique_ptr<Connection> connection, bool usable) {
  MutexLock lock(&mutex_);
  released_.NotifyOne();
  if (usable) {
    idle_.push_back(std::move(connection));
  } else {
    --open_;
  }
}

// The settings before `work` also find out whether the connection still lives; those after it, and
// the locks, make the session as it was.
absl::Status PostgresPool::RunSession(SqlSession& session, const Work& work, Use& use) {
  LIF_RETURN_IF_ERROR(session.ExecScript(SessionSettings(options_)));
  use.entered = true;
  LIF_RETURN_IF_ERROR(work(session));
  absl::Status tidy = session.ExecScript(
      absl::StrCat("RESET ROLE; SELECT pg_advisory_unlock_all(); ", SessionSettings(options_)));
  if (!tidy.ok()) use.broken = true;  // `work` has succeeded all the same
  return absl::OkStatus();
}

absl::Status PostgresPool::RunOn(Connection& connection, const std::string& what, Mode mode,
                                 const Work& work, Use& use) {
  try {
    absl::Duration limit = options_.statement_timeout + options_.answer_grace;
    auto run = [&](pqxx::transaction_base& transaction) {
      SqlSession session({transaction, watchdog_, connection.link.sock(), limit, what, where_});
      absl::Status status;
      if (mode == Mode::kSession) {
        status = RunSession(session, work, use);
      } else {
        status = work(session);
      }
      use.broken = use.broken || session.broken();
      return status;
    };
    if (mode != Mode::kTransaction) {
      pqxx::nontransaction transaction(connection.link);
      return run(transaction);
    }
    pqxx::work transaction(connection.link);
    LIF_RETURN_IF_ERROR(run(transaction));  // the destructor rolls back
    CallWatchdog::Guard guard = watchdog_.Watch(connection.link.sock(), limit);
    transaction.commit();
    return absl::OkStatus();
  } catch (...) {
    CaughtPgError caught = StatusOfCurrentException(what, where_);
    use.broken = use.broken || caught.broken;
    return caught.status;
  }
}

absl::Status PostgresPool::Run(const std::string& what, Mode mode, const Work& work) {
  absl::Status status = TryTwice(what, mode, work);
  if (!status.ok() && options_.on_error) options_.on_error(status);
  return status;
}

absl::Status PostgresPool::TryTwice(const std::string& what, Mode mode, const Work& work) {
  absl::Status status;
  for (int round = 0; round < 2; ++round) {
    LIF_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, Acquire(what, round > 0));
    Use use;
    status = RunOn(*connection, what, mode, work, use);
    const bool broken = use.broken || !connection->link.is_open();
    const bool usable = !broken && (status.ok() || mode != Mode::kSession);
    if (!usable) connection.reset();
    Release(std::move(connection), usable);
    const bool may_repeat = mode != Mode::kSession || !use.entered;
    if (!broken || !may_repeat || !absl::IsUnavailable(status)) return status;
  }
  return status;
}

absl::StatusOr<SqlRows> PostgresPool::Query(const std::string& what, const std::string& sql,
                                            const SqlParams& params) {
  std::optional<SqlRows> rows;
  auto work = [&](SqlSession& session) -> absl::Status {
    LIF_ASSIGN_OR_RETURN(rows, session.Exec(sql, params));
    return absl::OkStatus();
  };
  LIF_RETURN_IF_ERROR(Run(what, Mode::kQuery, work));
  return *std::move(rows);
}

absl::Status PostgresPool::Transact(const std::string& what, const Work& work) {
  return Run(what, Mode::kTransaction, work);
}

absl::Status PostgresPool::WithSession(const std::string& what, const Work& work) {
  return Run(what, Mode::kSession, work);
}

absl::Status PostgresPool::Ping() {
  return Query("ask PostgreSQL for an answer", "SELECT 1").status();
}

}  // namespace lif
