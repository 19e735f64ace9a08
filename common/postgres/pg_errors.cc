#include "common/postgres/pg_errors.h"

#include <algorithm>
#include <exception>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/postgres/pqxx_internal.h"

namespace lif {
namespace {

constexpr size_t kMessageLimit = 1000;

// The server writes "ERROR:  text\nDETAIL:  …\nHINT:  …"; a status is one line.
std::string OneLine(std::string_view message) {
  std::string text(message);
  text = absl::StrReplaceAll(
      text, {{"\nDETAIL:  ", "; "}, {"\nHINT:  ", "; "}, {"ERROR:  ", ""}, {"FATAL:  ", ""}});
  size_t context = text.find("\nCONTEXT:");
  if (context != std::string::npos) text.resize(context);
  std::replace(text.begin(), text.end(), '\n', ' ');
  absl::StripAsciiWhitespace(&text);
  if (text.size() > kMessageLimit) text.resize(kMessageLimit);
  return text;
}

struct Meaning {
  absl::StatusCode code;
  const char* remedy;
};

Meaning MeaningOf(const std::string& state) {
  auto is = [&state](const char* prefix) { return absl::StartsWith(state, prefix); };
  if (is("57014")) {
    return {absl::StatusCode::kDeadlineExceeded, "the server is slow or locked; try again"};
  }
  if (is("55P03"))
    return {absl::StatusCode::kDeadlineExceeded, "another holds the lock; try again"};
  if (is("25P03") || is("57P") || is("08")) return {absl::StatusCode::kUnavailable, "try again"};
  if (is("53300")) {
    return {absl::StatusCode::kUnavailable, "raise max_connections or lower the pools; try again"};
  }
  if (is("53")) {
    return {absl::StatusCode::kResourceExhausted, "free disk or memory of the PostgreSQL server"};
  }
  if (is("40")) return {absl::StatusCode::kAborted, "try again"};
  if (is("42501") || is("25006")) {
    return {absl::StatusCode::kPermissionDenied, "use the role that is meant for it"};
  }
  if (is("42P01") || is("42703") || is("42883") || is("3F000")) {
    return {absl::StatusCode::kFailedPrecondition,
            "the schema is missing or older than this program; run lif-migrate"};
  }
  if (is("23505")) return {absl::StatusCode::kAlreadyExists, "it is there already"};
  if (is("23")) return {absl::StatusCode::kFailedPrecondition, "the schema refuses it"};
  if (is("28")) return {absl::StatusCode::kUnauthenticated, "check user and password"};
  if (is("22")) return {absl::StatusCode::kInvalidArgument, "correct the value"};
  return {absl::StatusCode::kInternal, "see the PostgreSQL server's log"};
}

template <typename Exception>
bool Is(const std::exception& error) {
  return dynamic_cast<const Exception*>(&error) != nullptr;
}

// libpqxx 6.4 forgets the SQLSTATE of the errors that it has classes for.
std::string StateOf(const pqxx::sql_error& error) {
  if (!error.sqlstate().empty()) return error.sqlstate();
  if (Is<pqxx::insufficient_privilege>(error)) return "42501";
  if (Is<pqxx::undefined_table>(error)) return "42P01";
  if (Is<pqxx::undefined_column>(error)) return "42703";
  if (Is<pqxx::undefined_function>(error)) return "42883";
  if (Is<pqxx::unique_violation>(error)) return "23505";
  if (Is<pqxx::restrict_violation>(error)) return "23001";
  if (Is<pqxx::integrity_constraint_violation>(error)) return "23000";
  if (Is<pqxx::insufficient_resources>(error)) return "53000";
  if (Is<pqxx::data_exception>(error)) return "22000";
  return "";
}

}  // namespace

absl::Status PgErrorStatus(std::string_view what, const PgError& error) {
  Meaning meaning = MeaningOf(error.sqlstate);
  std::string text = OneLine(error.message);
  // Our own triggers say what to do themselves.
  const char* remedy = absl::StartsWith(error.sqlstate, "23001") ? "" : meaning.remedy;
  return absl::Status(meaning.code, absl::StrCat("cannot ", std::string(what), ": ", text,
                                                 *remedy == '\0' ? "" : "; ", remedy));
}

absl::Status PgConnectionStatus(std::string_view what, std::string_view where,
                                std::string_view message) {
  std::string text = OneLine(message);
  std::string begin =
      absl::StrCat("cannot ", std::string(what), ": PostgreSQL, ", std::string(where));
  if (absl::StrContains(text, "authentication failed") ||
      absl::StrContains(text, "no pg_hba.conf") ||
      absl::StrContains(text, "no password supplied")) {
    return absl::UnauthenticatedError(
        absl::StrCat(begin, ", refuses us: ", text, "; check user and password"));
  }
  if (absl::StrContains(text, "does not exist")) {
    return absl::FailedPreconditionError(
        absl::StrCat(begin, ": ", text, "; create it, then run lif-migrate"));
  }
  if (text.empty()) text = "the connection broke";
  return absl::UnavailableError(
      absl::StrCat(begin, ", is away: ", text, "; try again when the server runs"));
}

CaughtPgError StatusOfCurrentException(std::string_view what, std::string_view where) {
  try {
    throw;
  } catch (const pqxx::in_doubt_error&) {
    return {absl::UnavailableError(
                absl::StrCat("cannot ", std::string(what),
                             ": the connection to PostgreSQL broke at the commit, "
                             "which may or may not have happened; the call can be repeated")),
            true};
  } catch (const pqxx::broken_connection& error) {
    return {PgConnectionStatus(what, where, error.what()), true};
  } catch (const pqxx::transaction_rollback& error) {  // a sql_error only from version 7 on
    return {PgErrorStatus(what, {"40000", error.what()}), false};
  } catch (const pqxx::sql_error& error) {
    absl::Status status = PgErrorStatus(what, {StateOf(error), error.what()});
    return {status, status.code() == absl::StatusCode::kUnavailable};
  } catch (const std::exception& error) {
    return {absl::InternalError(absl::StrCat("cannot ", std::string(what), ": ",
                                             OneLine(error.what()), "; this is a bug")),
            true};
  }
}

}  // namespace lif
