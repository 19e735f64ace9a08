#include "cli/error_text.h"

#include "absl/strings/str_cat.h"
#include "cli/text.h"
#include "common/base/grpc_status.h"
#include "common/base/utf8.h"
#include "common/config/version.h"

namespace lif {
namespace {

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// "connection refused" of gRPC's "failed to connect to all addresses; last error: …: Connection
// refused".
std::string LastCause(const std::string& message) {
  const size_t colon = message.rfind(": ");
  std::string cause = colon == std::string::npos ? message : message.substr(colon + 2);
  if (cause.size() > 120) cause.resize(120);
  if (!cause.empty() && cause.front() >= 'A' && cause.front() <= 'Z') cause.front() += 'a' - 'A';
  return cause.empty() ? "no connection" : cause;
}

// The message may have lines of its own: those after the first are indented.
std::string Indented(const std::string& text) {
  std::string out;
  for (const char c : text) {
    out.push_back(c);
    if (c == '\n') out.append("  ");
  }
  return out;
}

}  // namespace

std::string ErrorText(const absl::Status& status, const Style& style) {
  const std::string message = SafeForTerminal(ToValidUtf8(std::string(status.message())), style);
  // Who pressed Ctrl-C knows that it is no error.
  const std::string label =
      absl::IsCancelled(status) ? "" : style.Paint(Tone::kBad, "error:") + " ";
  std::string out = absl::StrCat(label, Indented(message), "\n");
  for (const FieldViolation& violation : FieldViolationsOf(status)) {
    if (Contains(message, violation.description)) continue;
    absl::StrAppend(&out, "  ", violation.field, ": ",
                    SafeForTerminal(violation.description, style), "\n");
  }
  if (const auto retry = RetryAfterOf(status); retry && *retry > absl::ZeroDuration()) {
    absl::StrAppend(&out, "  try again in ", DurationText(*retry), "\n");
  }
  return out;
}

absl::Status ExplainRpcError(const absl::Status& status, const std::string& server) {
  // A control plane gives each error a reason; without one, the error is the transport's.
  if (status.ok() || !ReasonOf(status).empty()) return status;
  const std::string message(status.message());
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
      return absl::UnavailableError(absl::StrCat(
          "no control plane answers at ", server, " (", LastCause(message),
          ")\nstart the factory with deploy/quickstart, or say where its control plane is: "
          "--server HOST:PORT or LIF_SERVER"));
    case absl::StatusCode::kDeadlineExceeded:
      return absl::DeadlineExceededError(
          absl::StrCat("the control plane at ", server,
                       " did not answer in time\nit may be overloaded or cut off: see its log, "
                       "then try again"));
    case absl::StatusCode::kUnimplemented:
      return absl::UnimplementedError(
          absl::StrCat("the server at ", server,
                       " does not know this call\nit is no control plane, or older "
                       "than this lif ",
                       std::string(LifVersion())));
    default:
      return status;
  }
}

}  // namespace lif
