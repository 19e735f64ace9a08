#include "common/process/posix_process_runner.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/base/unique_fd.h"
#include "common/process/spawn.h"

namespace lif {
namespace {

constexpr absl::Duration kLingerAfterExit = absl::Milliseconds(200);
constexpr absl::Duration kDrainAfterKill = absl::Seconds(1);
// How often the child is asked for when the kernel has no pidfd to poll.
constexpr absl::Duration kWaitTick = absl::Milliseconds(20);
constexpr size_t kPiece = 64 * 1024;

absl::Duration SteadyNow() {
  return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

// write() that answers EPIPE without the signal, whatever the process does with SIGPIPE. The signal
// of a write goes to the thread that wrote, so blocking and taking it here is enough.
ssize_t WriteWithoutSignal(int fd, const char* bytes, size_t size) {
  sigset_t sigpipe;
  sigset_t before;
  ::sigemptyset(&sigpipe);
  ::sigaddset(&sigpipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &sigpipe, &before);
  ssize_t written = ::write(fd, bytes, size);
  int error = errno;
  if (written < 0 && error == EPIPE && ::sigismember(&before, SIGPIPE) == 0) {
    timespec at_once{};
    while (::sigtimedwait(&sigpipe, nullptr, &at_once) < 0 && errno == EINTR) {
    }
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return written;
}

// One child from start to reaping. Used on one thread.
class ChildRun {
 public:
  ChildRun(const ProcessSpec& spec, SpawnedChild child, int wake_fd)
      : spec_(spec), child_(std::move(child)), wake_fd_(wake_fd), started_(SteadyNow()) {
    // glibc 2.36 declares pidfd_open without C linkage, so C++ can't link it.
    pid_fd_.Reset(static_cast<int>(::syscall(SYS_pidfd_open, child_.pid, 0)));
  }

  // Also when a callback throws: nothing is left behind.
  ~ChildRun() {
    if (reaped_) return;
    ::kill(-child_.pid, SIGKILL);
    int status = 0;
    while (::waitpid(child_.pid, &status, 0) < 0 && errno == EINTR) {
    }
  }
  ChildRun(const ChildRun&) = delete;
  ChildRun& operator=(const ChildRun&) = delete;

  ProcessResult Drive(const std::stop_token& stop) {
    while (!Finished()) {
      Escalate(stop);
      Poll();
    }
    return Reap();
  }

 private:
  bool Finished() const {
    if (!exited_) return false;
    return (!child_.out.valid() && !child_.err.valid()) || SteadyNow() >= give_up_;
  }

  // Sends the next signal when its time has come.
  void Escalate(const std::stop_token& stop) {
    absl::Duration now = SteadyNow();
    if (!terminated_ && !exited_) {
      bool late = now - started_ >= spec_.deadline;
      if (!late && !stop.stop_requested()) return;
      end_ = late ? ProcessResult::End::kDeadline : ProcessResult::End::kStopped;
      terminated_ = true;
      kill_at_ = now + std::max(spec_.kill_grace, absl::ZeroDuration());
      ::kill(-child_.pid, SIGTERM);
    }
    // The group's number can't be taken by another before we reap its leader.
    if (!killed_ && now >= kill_at_) {
      killed_ = true;
      ::kill(-child_.pid, SIGKILL);
      give_up_ = now + kDrainAfterKill;
    }
  }

  absl::Duration NextEvent() const {
    absl::Duration until = absl::InfiniteDuration();
    absl::Duration now = SteadyNow();
    if (!terminated_ && !exited_) until = started_ + spec_.deadline - now;
    if (!killed_) until = std::min(until, kill_at_ - now);
    if (exited_) until = std::min(until, give_up_ - now);
    if (!exited_ && !pid_fd_.valid()) until = std::min(until, kWaitTick);
    return std::clamp(until, absl::ZeroDuration(), absl::Hours(1));
  }

  void Poll() {
    std::vector<pollfd> fds;
    auto add = [&fds](int fd, short events) { fds.push_back({fd, events, 0}); };
    // Negative descriptors are skipped by poll.
    add(child_.out.get(), POLLIN);
    add(child_.err.get(), POLLIN);
    add(child_.in.get(), POLLOUT);
    add(exited_ ? -1 : pid_fd_.get(), POLLIN);
    add(terminated_ || exited_ ? -1 : wake_fd_, POLLIN);
    int timeout =
        static_cast<int>(absl::ToInt64Milliseconds(absl::Ceil(NextEvent(), absl::Milliseconds(1))));
    if (::poll(fds.data(), fds.size(), timeout) < 0) return;  // EINTR: the loop comes round
    if (fds[0].revents != 0) ReadFrom(child_.out, OutputStream::kStdout);
    if (fds[1].revents != 0) ReadFrom(child_.err, OutputStream::kStderr);
    if (fds[2].revents != 0) Feed();
    if (!exited_ && (!pid_fd_.valid() || fds[3].revents != 0)) CheckExit();
  }

  void ReadFrom(UniqueFd& fd, OutputStream stream) {
    ssize_t got = ::read(fd.get(), buffer_.data(), buffer_.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got <= 0) {
      fd.Reset();
      return;
    }
    if (spec_.on_output) {
      spec_.on_output(stream, std::string_view(buffer_.data(), static_cast<size_t>(got)));
    }
  }

  void Feed() {
    std::string_view rest = std::string_view(spec_.stdin_bytes).substr(fed_);
    ssize_t written = WriteWithoutSignal(child_.in.get(), rest.data(), rest.size());
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (written > 0) fed_ += static_cast<size_t>(written);
    // A child that closed its input has read what it wanted: no error.
    if (written < 0 || fed_ == spec_.stdin_bytes.size()) child_.in.Reset();
  }

  // Leaves the zombie, so that the group's number stays ours until the last kill.
  void CheckExit() {
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(child_.pid), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
        info.si_pid == 0) {
      return;
    }
    exited_ = true;
    duration_ = SteadyNow() - started_;
    child_.in.Reset();
    absl::Duration now = SteadyNow();
    if (!terminated_) kill_at_ = now + kLingerAfterExit;
    if (!killed_) give_up_ = absl::InfiniteDuration();  // decided by the kill
  }

  ProcessResult Reap() {
    // Silent members of the group may be left even when all output is closed.
    ::kill(-child_.pid, SIGKILL);
    int status = 0;
    while (::waitpid(child_.pid, &status, 0) < 0 && errno == EINTR) {
    }
    reaped_ = true;
    ProcessResult result;
    result.duration = duration_;
    result.end = end_;
    if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) {
      result.signal = WTERMSIG(status);
      if (!terminated_) result.end = ProcessResult::End::kSignalled;
    }
    return result;
  }

  const ProcessSpec& spec_;
  SpawnedChild child_;
  UniqueFd pid_fd_;
  const int wake_fd_;
  const absl::Duration started_;
  std::vector<char> buffer_ = std::vector<char>(kPiece);
  size_t fed_ = 0;
  ProcessResult::End end_ = ProcessResult::End::kExited;
  bool terminated_ = false;
  bool killed_ = false;
  bool exited_ = false;
  bool reaped_ = false;
  absl::Duration kill_at_ = absl::InfiniteDuration();
  absl::Duration give_up_ = absl::InfiniteDuration();
  absl::Duration duration_;
};

}  // namespace

absl::StatusOr<ProcessResult> PosixProcessRunner::Run(const ProcessSpec& spec,
                                                      std::stop_token stop) {
  UniqueFd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake.valid()) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "cannot make an eventfd: ", std::strerror(errno), "; raise the limit of open files"));
  }
  LIF_ASSIGN_OR_RETURN(SpawnedChild child, SpawnChild(spec));
  // Declared after `wake`: the callback has ended before the descriptor is closed.
  std::stop_callback ring(stop, [fd = wake.get()] {
    uint64_t one = 1;
    [[maybe_unused]] ssize_t written = ::write(fd, &one, sizeof one);
  });
  ChildRun run(spec, std::move(child), wake.get());
  return run.Drive(stop);
}

}  // namespace lif
