#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/base/utf8.h"
#include "common/registry/skopeo_command.h"

namespace lif {
namespace {

constexpr size_t kReasonLimit = 500;

// logrus: time="…" level=fatal msg="…", with Go's quoting inside.
std::string LastMessage(std::string_view standard_error) {
  std::string reason;
  for (const std::string& line : std::vector<std::string>(
           absl::StrSplit(std::string(standard_error), '\n', absl::SkipWhitespace()))) {
    size_t begin = line.find("msg=\"");
    if (begin == std::string::npos || line.back() != '"') {
      reason = line;
      continue;
    }
    begin += sizeof("msg=\"") - 1;
    reason = absl::StrReplaceAll(line.substr(begin, line.size() - 1 - begin),
                                 {{"\\\"", "\""}, {"\\n", " "}, {"\\t", " "}, {"\\\\", "\\"}});
  }
  absl::StripAsciiWhitespace(&reason);
  return TruncateUtf8(ToValidUtf8(reason), kReasonLimit);
}

struct Sign {
  const char* text;  // in lower case
  absl::StatusCode code;
  const char* remedy;
};

// The first that occurs decides; so what is most specific comes first.
constexpr Sign kSigns[] = {
    {"server gave http response to https client", absl::StatusCode::kFailedPrecondition,
     "the registry speaks plain HTTP: set --registry-insecure"},
    {"x509", absl::StatusCode::kFailedPrecondition,
     "trust the registry's certificate on this host, or set --registry-insecure"},
    {"manifest unknown", absl::StatusCode::kNotFound, "it is not in the registry"},
    {"name unknown", absl::StatusCode::kNotFound, "the repository is not in the registry"},
    {"manifest_unknown", absl::StatusCode::kNotFound, "it is not in the registry"},
    {"blob unknown", absl::StatusCode::kNotFound, "a layer of it is gone from the registry"},
    {"blob_unknown", absl::StatusCode::kNotFound, "a layer of it is gone from the registry"},
    {"status: 404", absl::StatusCode::kNotFound, "it is not in the registry"},
    {"status code 404", absl::StatusCode::kNotFound, "it is not in the registry"},
    {"unauthorized", absl::StatusCode::kUnauthenticated, "log in with: skopeo login REGISTRY"},
    {"authentication required", absl::StatusCode::kUnauthenticated,
     "log in with: skopeo login REGISTRY"},
    {"requested access to the resource is denied", absl::StatusCode::kPermissionDenied,
     "let this account write the repository"},
    {"forbidden", absl::StatusCode::kPermissionDenied, "let this account use the repository"},
    {"no space left on device", absl::StatusCode::kResourceExhausted,
     "free space on the registry's disk"},
    {"no such file or directory", absl::StatusCode::kNotFound, "the local directory is not there"},
    {"connection refused", absl::StatusCode::kUnavailable, "is the registry running? Try again"},
    {"no such host", absl::StatusCode::kUnavailable, "check the registry's name; try again"},
    {"connection reset", absl::StatusCode::kUnavailable, "try again"},
    {"i/o timeout", absl::StatusCode::kUnavailable, "try again"},
    {"timeout awaiting", absl::StatusCode::kUnavailable, "try again"},
    {"tls handshake timeout", absl::StatusCode::kUnavailable, "try again"},
    {"no route to host", absl::StatusCode::kUnavailable, "try again"},
    {"network is unreachable", absl::StatusCode::kUnavailable, "try again"},
    {"broken pipe", absl::StatusCode::kUnavailable, "try again"},
    {"too many requests", absl::StatusCode::kUnavailable, "the registry limits us; try again"},
    {"toomanyrequests", absl::StatusCode::kUnavailable, "the registry limits us; try again"},
    {"service unavailable", absl::StatusCode::kUnavailable, "try again"},
    {"bad gateway", absl::StatusCode::kUnavailable, "try again"},
    {"gateway timeout", absl::StatusCode::kUnavailable, "try again"},
    {"internal server error", absl::StatusCode::kUnavailable, "see the registry's log; try again"},
    {"status: 500", absl::StatusCode::kUnavailable, "see the registry's log; try again"},
    {"eof", absl::StatusCode::kUnavailable, "try again"},
};

}  // namespace

absl::Status SkopeoFailure(std::string_view what, std::string_view standard_error) {
  std::string reason = LastMessage(standard_error);
  std::string lower = absl::AsciiStrToLower(reason);
  absl::StatusCode code = absl::StatusCode::kInternal;
  std::string remedy = "run the command by hand to see more";
  for (const Sign& sign : kSigns) {
    if (!absl::StrContains(lower, sign.text)) continue;
    code = sign.code;
    remedy = sign.remedy;
    break;
  }
  if (reason.empty()) reason = "skopeo failed and said nothing";
  return absl::Status(code, absl::StrCat("cannot ", std::string(what), ": ", reason, "; ", remedy));
}

}  // namespace lif
