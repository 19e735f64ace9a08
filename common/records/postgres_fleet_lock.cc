#include "common/records/postgres_fleet_lock.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

// 0 would mean no limit to PostgreSQL.
int64_t LockMillis(absl::Duration wait) {
  return std::clamp<int64_t>(absl::ToInt64Milliseconds(wait), 1,
                             absl::ToInt64Milliseconds(absl::Hours(24)));
}

}  // namespace

absl::Status PostgresFleetLock::WithLock(const std::string& name, absl::Duration wait,
                                         const std::function<absl::Status()>& action) {
  std::optional<absl::Status> done;
  auto work = [&](SqlSession& session) -> absl::Status {
    const int64_t millis = LockMillis(wait);
    LIF_RETURN_IF_ERROR(
        session.ExecScript(absl::StrCat("SET statement_timeout = 0; SET lock_timeout = ", millis)));
    session.set_limit(absl::Milliseconds(millis) + absl::Seconds(5));
    LIF_RETURN_IF_ERROR(session
                            .Exec("SELECT pg_advisory_lock(hashtextextended($1, 0))",
                                  SqlParams().Add("lif.lock." + name))
                            .status());
    done = action();
    return absl::OkStatus();  // the pool lets go of the session's locks
  };
  absl::Status status = pool_.WithSession(absl::StrCat("lock '", name, "'"), work);
  return done ? *done : status;
}

}  // namespace lif
