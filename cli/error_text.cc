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

// OpenSSL's "error:0A000086:SSL routines::certificate verify failed" without its numbers.
std::string CauseText(const std::string& cause) {
  const size_t routine = cause.rfind("::");
  return cause.rfind("error:", 0) == 0 && routine != std::string::npos ? cause.substr(routine + 2)
                                                                       : cause;
}

// What to do about a connection that was not made, or not kept.
std::string ConnectRemedy(const std::string& cause, const ServerTarget& server) {
  if (Contains(cause, "certificate verify failed")) {
    return "its certificate is of no trusted authority, or of another name; name the authority's "
           "file with --tls-ca";
  }
  if (Contains(cause, "wrong version number")) {
    return "it speaks no TLS; leave out --tls, --tls-ca and LIF_TLS…";
  }
  if (cause == "socket closed" && !server.tls) {
    return "it may speak TLS: add --tls, or --tls-ca FILE for an authority of your own";
  }
  if (cause == "socket closed" && server.cert_pem.empty()) {
    return "it may want a client's certificate: add --tls-cert FILE and --tls-key FILE";
  }
  return "start the factory with deploy/quickstart, or say where its control plane is: --server "
         "HOST:PORT or LIF_SERVER";
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

absl::Status ExplainRpcError(const absl::Status& status, const ServerTarget& server) {
  // A control plane gives each error a reason; without one, the error is the transport's.
  if (status.ok() || !ReasonOf(status).empty()) return status;
  const std::string message(status.message());
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
      return absl::UnavailableError(absl::StrCat("no control plane answers at ", server.address,
                                                 " (", CauseText(LastCause(message)), ")\n",
                                                 ConnectRemedy(LastCause(message), server)));
    case absl::StatusCode::kDeadlineExceeded:
      return absl::DeadlineExceededError(
          absl::StrCat("the control plane at ", server.address,
                       " did not answer in time\nit may be overloaded or cut off: see its log, "
                       "then try again"));
    case absl::StatusCode::kUnimplemented:
      return absl::UnimplementedError(
          absl::StrCat("the server at ", server.address,
                       " does not know this call\nit is no control plane, or older "
                       "than this lif ",
                       std::string(LifVersion())));
    case absl::StatusCode::kResourceExhausted:
      if (!Contains(message, "larger than max")) return status;
      return absl::InvalidArgumentError(
          absl::StrCat("the request is larger than the control plane at ", server.address,
                       " takes (4 MiB)\nask for less at once: split it into several requests"));
    default:
      return status;
  }
}

}  // namespace lif
