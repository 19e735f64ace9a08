// How a program ends, and that nothing of it is left.
#include <csignal>
#include <string>
#include <thread>

#include "absl/time/clock.h"
#include "common/process/posix_process_runner.h"
#include "tests/support/catch.h"
#include "tests/unit/process/run_shell.h"

namespace lif {
namespace {

using End = ProcessResult::End;

TEST_CASE("a signal that ends the program is named") {
  CapturedProcess captured = RunOk(Shell("kill -SEGV $$"));
  CHECK(captured.result.end == End::kSignalled);
  CHECK(captured.result.signal == SIGSEGV);
}

TEST_CASE("the deadline ends the whole group") {
  ProcessSpec spec = Shell("sleep 300 & echo $!; wait");
  spec.deadline = absl::Milliseconds(300);
  CapturedProcess captured = RunOk(spec);
  CHECK(captured.result.end == End::kDeadline);
  CHECK(captured.result.duration >= absl::Milliseconds(300));
  CHECK(captured.result.duration < absl::Seconds(60));
  CHECK(BecomesGone(std::stoi(captured.out)));
}

TEST_CASE("a group that ignores SIGTERM is killed after the grace") {
  ProcessSpec spec = Shell(
      "trap '' TERM; sh -c 'trap \"\" TERM; echo $$; sleep 300; sleep 300' & "
      "wait; wait");
  spec.deadline = absl::Milliseconds(500);
  CapturedProcess captured = RunOk(spec);
  CHECK(captured.result.end == End::kDeadline);
  CHECK(captured.result.signal == SIGKILL);
  REQUIRE_FALSE(captured.out.empty());
  CHECK(BecomesGone(std::stoi(captured.out)));
}

TEST_CASE("SIGTERM gives the program the grace to clean up, and its last words are read") {
  ProcessSpec spec = Shell("trap 'echo cleaned; exit 7' TERM; sleep 300 & wait");
  spec.deadline = absl::Milliseconds(300);
  spec.kill_grace = absl::Seconds(30);
  CapturedProcess captured = RunOk(spec);
  CHECK(captured.result.end == End::kDeadline);
  CHECK(captured.result.exit_code == 7);
  CHECK(captured.out == "cleaned\n");
}

TEST_CASE("a stop request ends the program at once") {
  std::stop_source stop;
  PosixProcessRunner runner;
  ProcessSpec spec = Shell("echo started; sleep 300");
  // From the callback: the request comes while the program runs, without any timing.
  spec.on_output = [&](OutputStream, std::string_view) { stop.request_stop(); };
  auto result = runner.Run(spec, stop.get_token());
  REQUIRE(result.ok());
  CHECK(result->end == End::kStopped);
  CHECK_FALSE(result->Succeeded());
}

TEST_CASE("a stop from another thread wakes the wait") {
  std::stop_source stop;
  std::jthread stopper([&] {
    absl::SleepFor(absl::Milliseconds(100));
    stop.request_stop();
  });
  CHECK(RunOk(Shell("sleep 300"), stop.get_token()).result.end == End::kStopped);
}

TEST_CASE("a stop that was requested before ends the program too") {
  std::stop_source stop;
  stop.request_stop();
  CHECK(RunOk(Shell("sleep 300"), stop.get_token()).result.end == End::kStopped);
}

TEST_CASE("what the program leaves behind in its group is killed when it ends") {
  CapturedProcess captured = RunOk(Shell("sleep 300 & echo $!; exit 0"));
  CHECK(captured.result.end == End::kExited);
  CHECK(captured.result.exit_code == 0);
  CHECK(BecomesGone(std::stoi(captured.out)));
}

TEST_CASE("what has closed its output and stays behind is killed as well") {
  CapturedProcess captured = RunOk(Shell("sleep 300 >/dev/null 2>&1 & echo $!"));
  CHECK(captured.result.Succeeded());
  CHECK(BecomesGone(std::stoi(captured.out)));
}

TEST_CASE("a process that left the group with our pipes does not hold us up") {
  ProcessSpec spec = Shell("setsid sleep 30 & echo $!");
  CapturedProcess captured = RunOk(spec);
  CHECK(captured.result.Succeeded());
  pid_t pid = std::stoi(captured.out);
  CHECK_FALSE(IsGone(pid));
  ::kill(pid, SIGKILL);
}

}  // namespace
}  // namespace lif
