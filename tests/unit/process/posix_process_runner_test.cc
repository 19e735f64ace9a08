#include "common/process/posix_process_runner.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_split.h"
#include "tests/support/catch.h"
#include "tests/unit/process/run_shell.h"

namespace lif {
namespace {

using End = ProcessResult::End;

TEST_CASE("a program's streams and exit code are answered apart") {
  CapturedProcess captured = RunOk(Shell("echo out; echo err >&2; exit 42"));
  CHECK(captured.result.end == End::kExited);
  CHECK(captured.result.exit_code == 42);
  CHECK_FALSE(captured.result.Succeeded());
  CHECK(captured.out == "out\n");
  CHECK(captured.err == "err\n");
  CHECK(RunOk(Shell("true")).result.Succeeded());
}

TEST_CASE("arguments reach the program as they are, without a shell") {
  ProcessSpec spec;
  spec.argv = {"printf", "%s|", "a b", "$HOME", "", "'", "ü"};
  CHECK(RunOk(spec).out == "a b|$HOME||'|ü|");
}

TEST_CASE("the environment is inherited, added to and replaced") {
  ::setenv("LIF_TEST_KEPT", "kept", 1);
  ::setenv("LIF_TEST_REPLACED", "old", 1);
  ProcessSpec spec = Shell("echo $LIF_TEST_KEPT $LIF_TEST_REPLACED $LIF_TEST_ADDED");
  spec.env = {{"LIF_TEST_REPLACED", "new"}, {"LIF_TEST_ADDED", "added"}};
  CHECK(RunOk(spec).out == "kept new added\n");
}

TEST_CASE("the working directory is the one asked for") {
  ProcessSpec spec = Shell("pwd");
  spec.working_directory = "/usr";
  CHECK(RunOk(spec).out == "/usr\n");
}

TEST_CASE("a program that is not there is NOT_FOUND with its package") {
  PosixProcessRunner runner;
  ProcessSpec spec;
  spec.argv = {"lif-no-such-program"};
  auto result = runner.Run(spec, {});
  CHECK(result.status().code() == absl::StatusCode::kNotFound);
  CHECK(std::string(result.status().message()) ==
        "cannot run 'lif-no-such-program': it is not in PATH; install the Debian package "
        "lif-no-such-program");

  spec.argv = {"/nowhere/program"};
  CHECK(runner.Run(spec, {}).status().code() == absl::StatusCode::kNotFound);
}

TEST_CASE("a working directory that is not there is named") {
  PosixProcessRunner runner;
  ProcessSpec spec = Shell("true");
  spec.working_directory = "/nowhere/at/all";
  auto result = runner.Run(spec, {});
  CHECK(result.status().code() == absl::StatusCode::kNotFound);
  CHECK(std::string(result.status().message()).find("/nowhere/at/all") != std::string::npos);
}

TEST_CASE("a file that is no program is PERMISSION_DENIED") {
  PosixProcessRunner runner;
  ProcessSpec spec;
  spec.argv = {"/etc/passwd"};
  CHECK(runner.Run(spec, {}).status().code() == absl::StatusCode::kPermissionDenied);
}

TEST_CASE("empty argv, NUL bytes and bad variable names are refused") {
  PosixProcessRunner runner;
  ProcessSpec empty;
  CHECK(runner.Run(empty, {}).status().code() == absl::StatusCode::kInvalidArgument);
  ProcessSpec nul;
  nul.argv = {"echo", std::string("a\0b", 3)};
  CHECK(runner.Run(nul, {}).status().code() == absl::StatusCode::kInvalidArgument);
  ProcessSpec name = Shell("true");
  name.env = {{"A=B", "c"}};
  CHECK(runner.Run(name, {}).status().code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("input larger than a pipe is written whole, and output read at the same time") {
  ProcessSpec spec = Shell("cat");
  spec.stdin_bytes.assign(500'000, 'x');
  spec.stdin_bytes += "end";
  CHECK(RunOk(spec).out == spec.stdin_bytes);
}

TEST_CASE("without input the program reads an end of file") {
  CHECK(RunOk(Shell("wc -c")).out == "0\n");
}

TEST_CASE("a program that closes its input early is no error and raises no signal") {
  struct sigaction before {};
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  REQUIRE(::sigaction(SIGPIPE, &standard, &before) == 0);
  ProcessSpec spec = Shell("exec 0<&-; echo read nothing; exit 3");
  spec.stdin_bytes.assign(4'000'000, 'x');
  CapturedProcess captured = RunOk(spec);
  ::sigaction(SIGPIPE, &before, nullptr);
  CHECK(captured.result.exit_code == 3);
  CHECK(captured.out == "read nothing\n");
}

TEST_CASE("pieces of output are at most 64 KiB, and none is lost") {
  PosixProcessRunner runner;
  ProcessSpec spec = Shell("head -c 3000000 /dev/zero");
  size_t total = 0;
  size_t largest = 0;
  spec.on_output = [&](OutputStream, std::string_view bytes) {
    total += bytes.size();
    largest = std::max(largest, bytes.size());
  };
  auto result = runner.Run(spec, {});
  REQUIRE(result.ok());
  CHECK(result->Succeeded());
  CHECK(total == 3'000'000);
  CHECK(largest <= 65536);
}

TEST_CASE("the child inherits no descriptor and no signal handling") {
  int leaked = ::open("/dev/null", O_RDONLY);  // deliberately without O_CLOEXEC
  REQUIRE(leaked > 2);
  ::signal(SIGUSR1, SIG_IGN);
  sigset_t blocked;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGUSR2);
  ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
  CapturedProcess captured =
      RunOk(Shell("sed -n 's/^Sig[BI][lg][kn]:.//p' /proc/self/status; test -e /proc/$$/fd/" +
                  std::to_string(leaked) + " && echo leaked"));
  ::pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr);
  ::signal(SIGUSR1, SIG_DFL);
  ::close(leaked);
  // Blocked, then ignored. Signals 32 and 33 are the C library's own.
  std::vector<std::string> lines = absl::StrSplit(captured.out, '\n', absl::SkipEmpty());
  REQUIRE(lines.size() == 2);
  CHECK(std::stoull(lines[0], nullptr, 16) == 0);
  CHECK((std::stoull(lines[1], nullptr, 16) & 0x7fffffff) == 0);
}

TEST_CASE("a callback that throws leaves no process behind") {
  PosixProcessRunner runner;
  ProcessSpec spec = Shell("echo $$; sleep 300");
  pid_t pid = 0;
  spec.on_output = [&](OutputStream, std::string_view bytes) {
    pid = std::stoi(std::string(bytes));
    throw std::runtime_error("stop");
  };
  CHECK_THROWS(runner.Run(spec, {}));
  REQUIRE(pid > 0);
  CHECK(IsGone(pid));
}

TEST_CASE("many programs at a time, from many threads, keep their output apart") {
  PosixProcessRunner runner;
  std::vector<std::string> outputs(8);
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < outputs.size(); ++i) {
      threads.emplace_back([&, i] {
        for (int round = 0; round < 5; ++round) {
          ProcessSpec spec;
          spec.argv = {"echo", std::to_string(i)};
          auto captured = RunCaptured(runner, spec, {});
          if (captured.ok() && captured->result.Succeeded()) outputs[i] += captured->out;
        }
      });
    }
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    std::string line = std::to_string(i) + "\n";
    CHECK(outputs[i] == line + line + line + line + line);
  }
}

}  // namespace
}  // namespace lif
