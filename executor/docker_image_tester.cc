#include "executor/docker_image_tester.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/status_macros.h"
#include "executor/build_failure.h"
#include "executor/docker_argv.h"

namespace lif {
namespace {

constexpr absl::Duration kHousekeeping = absl::Seconds(30);
constexpr size_t kMaxOutput = 256 << 10;
// Starting the container counts against the test's time; a slow engine is not the test's fault.
constexpr absl::Duration kStartAllowance = absl::Seconds(5);
constexpr int kDockerFailed = 125;
constexpr int kKilled = 137;

absl::Status EngineError(const std::string& what, const CapturedProcess& process) {
  const std::string said(absl::StripAsciiWhitespace(process.err));
  const std::string text = absl::StrCat(what, ": ", said.substr(0, 1000));
  switch (process.result.end) {
    case ProcessResult::End::kStopped:
      return absl::CancelledError(absl::StrCat(what, " was stopped"));
    case ProcessResult::End::kDeadline:
      return absl::DeadlineExceededError(absl::StrCat(what, " did not end in time"));
    default:
      break;
  }
  if (ClassifyEngineError(said) == FailureClass::kCapacity) {
    return absl::ResourceExhaustedError(text);
  }
  return absl::UnavailableError(text);
}

}  // namespace

absl::StatusOr<CapturedProcess> DockerImageTester::Docker(std::vector<std::string> arguments,
                                                          absl::Duration deadline,
                                                          std::stop_token stop) {
  ProcessSpec spec;
  spec.argv = DockerArgv(options_.docker, options_.docker_host);
  spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
  spec.deadline = deadline;
  return RunCaptured(runner_, spec, stop, kMaxOutput);
}

absl::Status DockerImageTester::Pull(const std::string& image, const std::string& platform,
                                     absl::Duration deadline, std::stop_token stop) {
  shelf_.Take(image);
  LIF_ASSIGN_OR_RETURN(
      const CapturedProcess pulled,
      Docker({"pull", "--quiet", "--platform=" + platform, image}, deadline, stop));
  if (pulled.result.Succeeded()) return absl::OkStatus();
  Release(image);
  return EngineError(absl::StrCat("pulling ", image), pulled);
}

absl::StatusOr<TestRun> DockerImageTester::Run(const TestRunRequest& request,
                                               std::stop_token stop) {
  ProcessSpec spec;
  spec.argv = DockerTestCommand(options_, request);
  spec.deadline = request.test.timeout + kStartAllowance;
  spec.kill_grace = absl::Seconds(1);  // the container goes by `docker rm -f`, not by this signal
  LIF_ASSIGN_OR_RETURN(const CapturedProcess process, RunCaptured(runner_, spec, stop, kMaxOutput));
  const ProcessResult& result = process.result;
  TestRun run;
  run.argv = spec.argv;
  run.timed_out = result.end == ProcessResult::End::kDeadline;
  run.exit_code = result.end == ProcessResult::End::kExited ? result.exit_code : -1;
  run.out = process.out;
  run.err = process.err;
  run.duration = result.duration;
  if (result.end == ProcessResult::End::kExited && run.exit_code == kKilled) {
    run.out_of_memory = RanOutOfMemory(request.container);
  }
  if (result.end == ProcessResult::End::kExited) {
    MutexLock lock(&mutex_);
    exited_[request.image].push_back(request.container);
  } else {
    RemoveContainers({request.container});
  }
  if (run.timed_out ||
      (result.end == ProcessResult::End::kExited &&
       !(run.exit_code == kDockerFailed && absl::StartsWith(process.err, "docker: ")))) {
    return run;
  }
  return EngineError(absl::StrCat("docker run of ", request.image), process);
}

bool DockerImageTester::RanOutOfMemory(const std::string& container) {
  const auto asked =
      Docker({"inspect", "--type=container", "--format={{.State.OOMKilled}}", container},
             kHousekeeping, std::stop_token());
  return asked.ok() && asked->result.Succeeded() &&
         absl::StripAsciiWhitespace(asked->out) == "true";
}

void DockerImageTester::RemoveContainers(const std::vector<std::string>& names) {
  if (names.empty()) return;
  std::vector<std::string> arguments{"rm", "--force", "--volumes"};
  arguments.insert(arguments.end(), names.begin(), names.end());
  (void)Docker(std::move(arguments), kHousekeeping, std::stop_token());
}

void DockerImageTester::RemoveImages(const std::vector<std::string>& images) {
  for (const std::string& image : images) {
    (void)Docker({"image", "rm", "--force", image}, kHousekeeping, std::stop_token());
  }
}

void DockerImageTester::Release(const std::string& image) {
  std::vector<std::string> containers;
  {
    MutexLock lock(&mutex_);
    const auto exited = exited_.find(image);
    if (exited != exited_.end()) {
      containers = std::move(exited->second);
      exited_.erase(exited);
    }
  }
  RemoveContainers(containers);
  RemoveImages(shelf_.PutBack(image));
}

void DockerImageTester::RemoveIdleImages() {
  RemoveImages(shelf_.Clear());
}

absl::StatusOr<int> DockerImageTester::RemoveLeftovers() {
  LIF_RETURN_IF_ERROR(shelf_.Load());
  const std::string filter = "label=lif.owner=" + options_.owner;
  LIF_ASSIGN_OR_RETURN(const CapturedProcess listed,
                       Docker({"ps", "--all", "--quiet", "--no-trunc", "--filter", filter},
                              kHousekeeping, std::stop_token()));
  if (!listed.result.Succeeded()) return EngineError("listing containers", listed);
  const std::vector<std::string> ids = absl::StrSplit(listed.out, '\n', absl::SkipEmpty());
  RemoveContainers(ids);
  return static_cast<int>(ids.size());
}

}  // namespace lif
