#include "executor/build_failure.h"

#include <algorithm>
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace lif {
namespace {

constexpr std::string_view kExitCode = "did not complete successfully: exit code: ";
constexpr int kKilled = 128 + 9;
constexpr size_t kMaxMessage = 2000;

bool ContainsAny(std::string_view text, std::initializer_list<const char*> needles) {
  return std::any_of(needles.begin(), needles.end(), [text](const char* needle) {
    return text.find(needle) != std::string_view::npos;
  });
}

// "ERROR: failed to solve: …", the last line that starts so, and what follows it.
std::string SolveError(const std::string& plain) {
  size_t at = plain.rfind("\nERROR: ");
  if (at != std::string::npos) {
    ++at;
  } else if (absl::StartsWith(plain, "ERROR: ")) {
    at = 0;
  } else {
    return std::string(absl::StripAsciiWhitespace(plain));
  }
  std::string error = plain.substr(at + 7);
  for (const char* prefix : {"failed to solve: ", "failed to build: "}) {
    if (absl::StartsWith(error, prefix)) error.erase(0, std::string_view(prefix).size());
  }
  return std::string(absl::StripAsciiWhitespace(error));
}

// "Dockerfile:12" on a line of its own.
int LineOf(const std::string& plain, const std::string& dockerfile_name) {
  for (const auto& piece : absl::StrSplit(plain, '\n')) {
    const std::string line(piece);
    int number = 0;
    if (absl::StartsWith(line, dockerfile_name + ":") &&
        absl::SimpleAtoi(line.substr(dockerfile_name.size() + 1), &number)) {
      return number;
    }
  }
  return 0;
}

// A digest that BuildKit wanted from a cache or its store: `…sha256:<hex>: not found`. The
// source of a COPY that is missing ends in `"/path": not found` instead.
bool BlobIsGone(std::string_view error) {
  const size_t digest = error.rfind("sha256:");
  return digest != std::string_view::npos && absl::EndsWith(std::string(error), "not found") &&
         error.find('"', digest) == std::string_view::npos &&
         !ContainsAny(error, {"failed to resolve source metadata", "load metadata"});
}

bool IsDockerfileError(std::string_view error) {
  if (ContainsAny(error, {"dockerfile parse error", "Dockerfile parse error", "failed to parse",
                          "unknown instruction", "unknown flag", "failed to process",
                          "unsupported modifier", "invalid field", "unable to find user",
                          "unable to find group", "no matching entries in passwd file",
                          "digest mismatch"})) {
    return true;
  }
  return ContainsAny(error, {"failed to calculate checksum of ref"}) &&
         absl::EndsWith(std::string(error), "\": not found");
}

bool DiskWasFull(const BuildEvidence& evidence) {
  if (!evidence.failed.has_value()) return false;
  return std::any_of(
      evidence.failed->log_tail.begin(), evidence.failed->log_tail.end(),
      [](const std::string& line) { return absl::StrContains(line, "No space left on device"); });
}

void ClassifyExit(int code, const BuildEvidence& evidence, BuildFailure* failure) {
  failure->exit_code = code;
  failure->message = absl::StrCat("the step ended with exit code ", code);
  if (code == kKilled) {
    failure->failure = FailureClass::kCapacity;
    failure->message += ": killed from outside, as the kernel does when memory runs out";
  } else if (code < 0 || code > 255) {
    failure->failure = FailureClass::kInfrastructure;
    failure->message += ", which is the engine's and not the command's";
  } else if (DiskWasFull(evidence)) {
    failure->failure = FailureClass::kCapacity;
    failure->message += ": no space is left on the engine's disk; free some";
  } else {
    failure->failure = FailureClass::kUser;
  }
}

}  // namespace

std::optional<int> ExitCodeOf(std::string_view error) {
  const size_t at = error.rfind(kExitCode);
  if (at == std::string_view::npos) return std::nullopt;
  int64_t code = 0;
  if (!absl::SimpleAtoi(std::string(error.substr(at + kExitCode.size())), &code)) {
    return std::nullopt;  // "exit code: 137: context canceled" is not an end of its own
  }
  return static_cast<int>(std::clamp<int64_t>(code, -1, 1 << 30));
}

FailureClass ClassifyEngineError(std::string_view text) {
  if (ContainsAny(text, {"no space left on device", "No space left on device",
                         "cannot allocate memory", "disk quota exceeded"})) {
    return FailureClass::kCapacity;
  }
  if (ContainsAny(text,
                  {"i/o timeout", "TLS handshake timeout", "connection reset", "connection refused",
                   "unexpected EOF", "temporary failure", "Temporary failure", "no such host",
                   "Too Many Requests", "502 Bad Gateway", "503 Service Unavailable", "504 Gateway",
                   "500 Internal Server Error", "broken pipe"})) {
    return FailureClass::kTransient;
  }
  return FailureClass::kInfrastructure;
}

BuildFailure ClassifyBuildFailure(const BuildEvidence& evidence) {
  BuildFailure failure;
  const std::string solve = SolveError(evidence.plain);
  failure.dockerfile_line = LineOf(evidence.plain, evidence.dockerfile_name);
  std::string error = solve;
  if (evidence.failed.has_value()) {
    failure.stage = evidence.failed->stage;
    failure.command = evidence.failed->command;
    failure.log_tail = evidence.failed->log_tail;
    if (error.empty()) error = evidence.failed->error;
  }
  failure.message = error.substr(0, kMaxMessage);
  switch (evidence.process.end) {
    case ProcessResult::End::kStopped:
      failure.failure = FailureClass::kCancelled;
      failure.message = "the build was stopped";
      return failure;
    case ProcessResult::End::kDeadline:
      failure.failure = FailureClass::kTimeout;
      failure.message = absl::StrCat("the build did not end within its time",
                                     failure.command.empty() ? "" : ", at: ", failure.command);
      return failure;
    case ProcessResult::End::kSignalled:
      failure.failure = FailureClass::kInfrastructure;
      failure.message =
          absl::StrCat("docker buildx was killed by signal ", evidence.process.signal);
      return failure;
    case ProcessResult::End::kExited:
      break;
  }
  const std::optional<int> code =
      evidence.failed.has_value() ? ExitCodeOf(evidence.failed->error) : std::nullopt;
  if (code.has_value()) {
    ClassifyExit(*code, evidence, &failure);
  } else if (BlobIsGone(error)) {
    failure.failure = FailureClass::kInfrastructure;
    failure.cache_lost = true;
  } else if (IsDockerfileError(error)) {
    failure.failure = FailureClass::kUser;
  } else {
    failure.failure = ClassifyEngineError(error);
  }
  if (failure.message.empty()) {
    failure.message = absl::StrCat("docker buildx ended with exit code ",
                                   evidence.process.exit_code, " and said nothing");
  }
  return failure;
}

}  // namespace lif
