// lif: the command line of Layered Image Factory.
#include <pthread.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <thread>

#include "cli/app.h"
#include "cli/commands.h"
#include "cli/rpc.h"

namespace {

size_t WidthOf(int descriptor) {
  winsize size{};
  if (isatty(descriptor) == 0) return 0;
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

size_t HeightOf(int descriptor) {
  winsize size{};
  return ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 ? 24 : size.ws_row;
}

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// The locale's character set, by the variable that decides it.
bool LocaleIsUtf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string value = Variable(name);
    if (value.empty()) continue;
    return value.find("UTF-8") != std::string::npos || value.find("utf8") != std::string::npos;
  }
  return false;
}

// https://no-color.org: set and not empty means no colour.
lif::Style StyleOf(int descriptor) {
  const bool colour =
      isatty(descriptor) != 0 && Variable("NO_COLOR").empty() && Variable("TERM") != "dumb";
  return {colour, LocaleIsUtf8()};
}

void WriteTo(std::FILE* file, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), file);
  std::fflush(file);
}

lif::Terminal MakeTerminal() {
  lif::Terminal terminal;
  terminal.out = [](std::string_view text) { WriteTo(stdout, text); };
  terminal.err = [](std::string_view text) { WriteTo(stderr, text); };
  terminal.err_is_terminal = isatty(STDERR_FILENO) != 0 && Variable("TERM") != "dumb";
  terminal.out_width = WidthOf(STDOUT_FILENO);
  terminal.err_width = WidthOf(STDERR_FILENO);
  terminal.err_height = HeightOf(STDERR_FILENO);
  terminal.out_style = StyleOf(STDOUT_FILENO);
  terminal.err_style = StyleOf(STDERR_FILENO);
  return terminal;
}

// Installed with this program, in the same directory.
std::string ExecutorProgram() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "lif-executor" : (self.parent_path() / "lif-executor").string();
}

// Turns Ctrl-C into a stop request, on a thread, so that nothing runs in a signal handler. The
// second one ends the process at once.
class InterruptThread {
 public:
  InterruptThread() {
    sigemptyset(&signals_);
    for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) sigaddset(&signals_, signal);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    thread_ = std::thread([this] { Run(); });
  }
  ~InterruptThread() {
    pthread_kill(thread_.native_handle(), SIGUSR1);
    thread_.join();
  }
  InterruptThread(const InterruptThread&) = delete;
  InterruptThread& operator=(const InterruptThread&) = delete;

  std::stop_token token() const { return source_.get_token(); }

 private:
  void Run() {
    int signal = 0;
    while (sigwait(&signals_, &signal) == 0 && signal != SIGUSR1) {
      if (source_.stop_requested()) {
        // Show the cursor, which a progress display may have hidden.
        if (isatty(STDERR_FILENO) != 0) WriteTo(stderr, "\x1b[?25h\n");
        _exit(static_cast<int>(lif::ExitCode::kInterrupted));
      }
      source_.request_stop();
    }
  }

  sigset_t signals_;
  std::stop_source source_;
  std::thread thread_;
};

}  // namespace

int main(int argc, char** argv) {
  // gRPC's own log repeats, in its words, what our errors say; GRPC_VERBOSITY brings it back.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  InterruptThread interrupt;
  lif::SystemClock clock;
  lif::CliContext context;
  context.terminal = MakeTerminal();
  context.clock = &clock;
  context.environment = lif::SystemEnvironment();
  context.interrupt = interrupt.token();
  context.connect = lif::ConnectToServer;
  context.executor_program = ExecutorProgram();
  const lif::ExitCode code =
      lif::RunCli(std::vector<std::string>(argv + 1, argv + argc), lif::AllCommands(), context);
  if (std::ferror(stdout) != 0 && code == lif::ExitCode::kOk) {
    WriteTo(stderr, "error: standard output could not be written\n");
    return static_cast<int>(lif::ExitCode::kError);
  }
  return static_cast<int>(code);
}
