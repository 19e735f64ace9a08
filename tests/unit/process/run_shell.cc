#include "tests/unit/process/run_shell.h"

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/time/clock.h"
#include "common/process/posix_process_runner.h"
#include "tests/support/catch.h"

namespace lif {

ProcessSpec Shell(const std::string& script) {
  ProcessSpec spec;
  spec.argv = {"sh", "-c", script};
  spec.deadline = absl::Seconds(60);
  spec.kill_grace = absl::Milliseconds(200);
  return spec;
}

CapturedProcess RunOk(ProcessSpec spec, std::stop_token stop) {
  PosixProcessRunner runner;
  auto captured = RunCaptured(runner, std::move(spec), std::move(stop));
  REQUIRE(captured.ok());
  return *std::move(captured);
}

bool IsGone(pid_t pid) {
  if (::kill(pid, 0) != 0) return errno == ESRCH;
  std::error_code error;
  auto exe = std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/exe", error);
  return error.value() == ENOENT;
}

bool BecomesGone(pid_t pid) {
  for (int i = 0; i < 500 && !IsGone(pid); ++i) absl::SleepFor(absl::Milliseconds(10));
  return IsGone(pid);
}

}  // namespace lif
