#include "deploy/migrate/roles.h"

#include <sys/stat.h>

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/base/file_util.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

constexpr uint64_t kPasswordFileLimit = 64 * 1024;

bool IsFactoryRole(const std::string& name) {
  const auto& roles = FactoryRoles();
  return std::find(roles.begin(), roles.end(), name) != roles.end();
}

// Statements that make or alter roles take no parameters: quote_literal is the server's own.
absl::StatusOr<std::string> Literal(SqlSession& session, const std::string& text) {
  LIF_ASSIGN_OR_RETURN(SqlRows rows,
                       session.Exec("SELECT quote_literal($1::text)", SqlParams().Add(text)));
  return rows.Text(0, 0);
}

absl::StatusOr<bool> RoleExists(SqlSession& session, const std::string& role) {
  LIF_ASSIGN_OR_RETURN(
      SqlRows rows, session.Exec("SELECT FROM pg_roles WHERE rolname = $1", SqlParams().Add(role)));
  return !rows.empty();
}

constexpr char kSuperuserSettings[] = R"sql(
ALTER ROLE lif_controlplane SET default_transaction_read_only = on;
DO $$
DECLARE
  maker regprocedure;
BEGIN
  EXECUTE format('ALTER DATABASE %I OWNER TO lif_owner', current_database());
  -- Every role may make large objects unless told otherwise: a store that no table grant covers.
  FOR maker IN SELECT p.oid FROM pg_proc p
                WHERE p.pronamespace = 'pg_catalog'::regnamespace
                  AND p.proname IN ('lo_creat', 'lo_create', 'lo_from_bytea', 'lo_put', 'lowrite',
                                    'lo_truncate', 'lo_truncate64', 'lo_unlink') LOOP
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', maker);
  END LOOP;
END
$$;
)sql";

}  // namespace

const std::vector<std::string>& FactoryRoles() {
  static const auto* const roles = new std::vector<std::string>{
      "lif_owner", "lif_controlplane", "lif_executor", "lif_publisher", "lif_janitor"};
  return *roles;
}

absl::StatusOr<std::map<std::string, std::string>> ReadPasswords(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && (info.st_mode & 077) != 0) {
    return absl::PermissionDeniedError(
        absl::StrCat(path, " holds passwords and others may read it; chmod 600 it"));
  }
  LIF_ASSIGN_OR_RETURN(std::string text, ReadFile(path, kPasswordFileLimit));
  std::map<std::string, std::string> passwords;
  int number = 0;
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(text, '\n'))) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    std::pair<std::string, std::string> parts = absl::StrSplit(line, absl::MaxSplits('=', 1));
    if (!IsFactoryRole(parts.first) || parts.second.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ":", number,
                       ": write ROLE=PASSWORD with one of the roles lif_owner, "
                       "lif_controlplane, lif_executor, lif_publisher, lif_janitor"));
    }
    passwords[parts.first] = parts.second;
  }
  return passwords;
}

void AddPasswords(const std::function<std::string(const std::string&)>& environment,
                  std::map<std::string, std::string>& passwords) {
  for (const std::string& role : FactoryRoles()) {
    std::string value =
        environment("LIF_PASSWORD_" + absl::AsciiStrToUpper(role.substr(sizeof("lif_") - 1)));
    if (!value.empty()) passwords.emplace(role, value);
  }
}

absl::StatusOr<SessionPowers> ReadPowers(SqlSession& session) {
  LIF_ASSIGN_OR_RETURN(SqlRows rows,
                       session.Exec("SELECT session_user::text, rolsuper FROM pg_roles "
                                    "WHERE rolname = session_user"));
  if (rows.empty()) return absl::InternalError("cannot read the powers of the session's own role");
  return SessionPowers{rows.Text(0, 0), rows.Bool(0, 1)};
}

absl::StatusOr<std::vector<std::string>> EnsureRoles(
    SqlSession& session, const std::map<std::string, std::string>& passwords) {
  std::vector<std::string> done;
  for (const std::string& role : FactoryRoles()) {
    LIF_ASSIGN_OR_RETURN(bool exists, RoleExists(session, role));
    if (!exists) {
      LIF_RETURN_IF_ERROR(session.ExecScript("CREATE ROLE " + role + " LOGIN"));
      done.push_back("made role " + role);
    }
    auto password = passwords.find(role);
    if (password == passwords.end()) continue;
    LIF_ASSIGN_OR_RETURN(std::string literal, Literal(session, password->second));
    LIF_RETURN_IF_ERROR(session.ExecScript("ALTER ROLE " + role + " PASSWORD " + literal));
    done.push_back("set the password of " + role);
  }
  LIF_RETURN_IF_ERROR(session.ExecScript(kSuperuserSettings));
  return done;
}

}  // namespace lif
