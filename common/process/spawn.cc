#include "common/process/spawn.h"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <system_error>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

extern char** environ;

namespace lif {
namespace {

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

absl::Status NoDescriptor(int error) {
  return absl::ResourceExhaustedError(
      absl::StrCat("cannot make a pipe for a child process: ", std::strerror(error),
                   "; raise the limit of open files (ulimit -n)"));
}

// Descriptors 0 to 2 would collide with the child's own; they are free when our own streams are
// closed.
absl::Status LiftAboveStreams(UniqueFd& fd) {
  if (fd.get() > STDERR_FILENO) return absl::OkStatus();
  int lifted = ::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (lifted < 0) return NoDescriptor(errno);
  fd.Reset(lifted);
  return absl::OkStatus();
}

absl::StatusOr<Pipe> MakePipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return NoDescriptor(errno);
  Pipe pipe{UniqueFd(fds[0]), UniqueFd(fds[1])};
  LIF_RETURN_IF_ERROR(LiftAboveStreams(pipe.read));
  LIF_RETURN_IF_ERROR(LiftAboveStreams(pipe.write));
  return pipe;
}

void SetNonBlocking(const UniqueFd& fd) {
  ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
}

absl::Status CheckText(const std::string& text, std::string_view what, const std::string& program) {
  if (text.find('\0') == std::string::npos) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("cannot run '", program, "': ", std::string(what), " contains a NUL byte"));
}

absl::Status CheckSpec(const ProcessSpec& spec) {
  if (spec.argv.empty() || spec.argv[0].empty()) {
    return absl::InvalidArgumentError("cannot run a process without a program name in argv[0]");
  }
  for (const std::string& arg : spec.argv) {
    LIF_RETURN_IF_ERROR(CheckText(arg, "an argument", spec.argv[0].c_str()));
  }
  for (const auto& [name, value] : spec.env) {
    LIF_RETURN_IF_ERROR(CheckText(name + value, "an environment variable", spec.argv[0]));
    if (name.empty() || name.find('=') != std::string::npos) {
      return absl::InvalidArgumentError(absl::StrCat("cannot run '", spec.argv[0], "': '", name,
                                                     "' is not a name of an environment variable"));
    }
  }
  return CheckText(spec.working_directory, "the working directory", spec.argv[0]);
}

std::vector<std::string> MergedEnvironment(const std::map<std::string, std::string>& added) {
  std::vector<std::string> merged;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    std::string text = *entry;
    if (added.find(text.substr(0, text.find('='))) == added.end())
      merged.push_back(std::move(text));
  }
  for (const auto& [name, value] : added) merged.push_back(name + "=" + value);
  return merged;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// posix_spawn's own structures, freed at the end of the scope.
class SpawnSetup {
 public:
  SpawnSetup() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
  }
  ~SpawnSetup() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;

  int Streams(int in, int out, int err) {
    int error = in >= 0 ? ::posix_spawn_file_actions_adddup2(&actions_, in, STDIN_FILENO)
                        : ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null",
                                                             O_RDONLY, 0);
    if (error == 0) error = ::posix_spawn_file_actions_adddup2(&actions_, out, STDOUT_FILENO);
    if (error == 0) error = ::posix_spawn_file_actions_adddup2(&actions_, err, STDERR_FILENO);
    if (error == 0) error = ::posix_spawn_file_actions_addclosefrom_np(&actions_, 3);
    return error;
  }

  int Directory(const std::string& path) {
    return path.empty() ? 0 : ::posix_spawn_file_actions_addchdir_np(&actions_, path.c_str());
  }

  int Attributes() {
    sigset_t all;
    sigset_t none;
    ::sigfillset(&all);
    ::sigemptyset(&none);
    int error = ::posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    if (error == 0) error = ::posix_spawnattr_setpgroup(&attributes_, 0);
    if (error == 0) error = ::posix_spawnattr_setsigdefault(&attributes_, &all);
    if (error == 0) error = ::posix_spawnattr_setsigmask(&attributes_, &none);
    return error;
  }

  int Spawn(pid_t* pid, std::vector<std::string> argv, std::vector<std::string> environment) {
    return ::posix_spawnp(pid, argv[0].c_str(), &actions_, &attributes_, Pointers(argv).data(),
                          Pointers(environment).data());
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

// Programs whose Debian package has another name.
std::string PackageOf(const std::string& program) {
  static const auto* const packages = new std::map<std::string, std::string>{
      {"docker", "docker-cli"}, {"psql", "postgresql-client"}, {"nvidia-smi", "nvidia-smi"}};
  auto found = packages->find(program);
  return found == packages->end() ? program : found->second;
}

absl::Status CannotRun(int error, const ProcessSpec& spec) {
  const std::string& program = spec.argv[0];
  std::error_code ignored;
  if (!spec.working_directory.empty() && (error == ENOENT || error == ENOTDIR) &&
      !std::filesystem::is_directory(spec.working_directory, ignored)) {
    return absl::NotFoundError(absl::StrCat("cannot run '", program, "': its working directory ",
                                            spec.working_directory, " is not there"));
  }
  std::string message = absl::StrCat("cannot run '", program, "': ", std::strerror(error));
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      if (program.find('/') != std::string::npos) return absl::NotFoundError(message);
      return absl::NotFoundError(absl::StrCat("cannot run '", program,
                                              "': it is not in PATH; install the Debian package ",
                                              PackageOf(program)));
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(message + "; check its mode and its owner");
    case E2BIG:
    case ENOEXEC:
      return absl::InvalidArgumentError(message);
    case EAGAIN:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
      return absl::ResourceExhaustedError(message + "; free memory or raise the process limits");
    default:
      return absl::InternalError(message);
  }
}

}  // namespace

absl::StatusOr<SpawnedChild> SpawnChild(const ProcessSpec& spec) {
  LIF_RETURN_IF_ERROR(CheckSpec(spec));
  Pipe in;
  if (!spec.stdin_bytes.empty()) {
    LIF_ASSIGN_OR_RETURN(in, MakePipe());
  }
  LIF_ASSIGN_OR_RETURN(Pipe out, MakePipe());
  LIF_ASSIGN_OR_RETURN(Pipe err, MakePipe());

  SpawnedChild child;
  SpawnSetup setup;
  int error = setup.Directory(spec.working_directory);
  if (error == 0) error = setup.Streams(in.read.get(), out.write.get(), err.write.get());
  if (error == 0) error = setup.Attributes();
  if (error == 0) error = setup.Spawn(&child.pid, spec.argv, MergedEnvironment(spec.env));
  if (error != 0) return CannotRun(error, spec);

  child.in = std::move(in.write);
  child.out = std::move(out.read);
  child.err = std::move(err.read);
  for (const UniqueFd* fd : {&child.in, &child.out, &child.err}) {
    if (fd->valid()) SetNonBlocking(*fd);
  }
  return child;
}

}  // namespace lif
