// Runs a program to its end. Knows nothing of Docker; argv builders live with their users.
#pragma once

#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace lif {

enum class OutputStream { kStdout, kStderr };

struct ProcessSpec {
  std::vector<std::string> argv;           // argv[0] is looked up in PATH; never a shell line
  std::map<std::string, std::string> env;  // added to, or replacing, the inherited environment
  std::string working_directory;           // "" for the caller's
  std::string stdin_bytes;                 // written, then closed; "" is /dev/null
  absl::Duration deadline = absl::InfiniteDuration();
  absl::Duration kill_grace = absl::Seconds(5);  // between SIGTERM and SIGKILL to the group
  // Called on the caller's thread with pieces as they arrive (at most 64 KiB each).
  std::function<void(OutputStream, std::string_view)> on_output;
};

struct ProcessResult {
  enum class End { kExited, kSignalled, kDeadline, kStopped };
  End end = End::kExited;
  int exit_code = 0;  // of kExited
  int signal = 0;     // of kSignalled
  absl::Duration duration;

  bool Succeeded() const { return end == End::kExited && exit_code == 0; }
};

// Thread-safe. The child gets its own process group; at the deadline, or when `stop` is requested,
// the whole group gets SIGTERM, then SIGKILL, and is reaped before Run answers.
// An error status means that the program could not be started: NOT_FOUND names it and its package.
class ProcessRunner {
 public:
  virtual ~ProcessRunner() = default;
  virtual absl::StatusOr<ProcessResult> Run(const ProcessSpec& spec, std::stop_token stop) = 0;
};

struct CapturedProcess {
  ProcessResult result;
  std::string out;  // each bounded; what is over the bound is cut at the front, the tail is kept
  std::string err;
};

// Run with both streams captured, at most `limit` bytes each.
absl::StatusOr<CapturedProcess> RunCaptured(ProcessRunner& runner, ProcessSpec spec,
                                            std::stop_token stop, size_t limit = 1 << 20);

}  // namespace lif
