#include "tests/fakes/fake_image_builder.h"

#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/digest.h"
#include "common/base/file_util.h"
#include "common/base/status_macros.h"
#include "tests/fakes/oci_layout.h"

namespace lif {

struct FakeImageBuilder::Walk {
  const ImageBuildObserver& observer;
  std::stop_token stop;
  absl::Duration end;  // steady
  std::string so_far;  // everything that led here
  std::string stage;
  int line = 0;
  BuildProgress progress;
  ImageBuildReport report;
  std::vector<std::string> diff_ids;
};

void FakeImageBuilder::FailNext(BuildFailure failure) {
  MutexLock lock(&mutex_);
  failures_.push_back(std::move(failure));
}

void FakeImageBuilder::LoseNextExport(std::string error) {
  MutexLock lock(&mutex_);
  lost_exports_ = {std::move(error)};
}

void FakeImageBuilder::RefuseNext(absl::Status status) {
  MutexLock lock(&mutex_);
  refusals_.push_back(std::move(status));
}

void FakeImageBuilder::Know(const std::string& digest, std::vector<std::string> diff_ids) {
  MutexLock lock(&mutex_);
  made_[digest] = std::move(diff_ids);
}

std::string FakeImageBuilder::last_dockerfile() const {
  MutexLock lock(&mutex_);
  return last_dockerfile_;
}

void FakeImageBuilder::OnBuild(std::function<void(const ImageBuildRequest&)> hook) {
  MutexLock lock(&mutex_);
  hook_ = std::move(hook);
}

int FakeImageBuilder::builds() const {
  MutexLock lock(&mutex_);
  return builds_;
}

int FakeImageBuilder::runs() const {
  MutexLock lock(&mutex_);
  return runs_;
}

std::optional<BuildFailure> FakeImageBuilder::RunCommands(const std::string& instruction,
                                                          Walk& walk) {
  BuildFailure failure;
  failure.stage = walk.stage;
  failure.command = instruction;
  failure.dockerfile_line = walk.line;
  const std::vector<std::string> commands = absl::StrSplit(instruction.substr(4), " && ");
  for (const std::string& command : commands) {
    int number = 0;
    if (absl::StartsWith(command, "echo ")) {
      walk.observer.log(command.substr(5) + "\n");
      failure.log_tail.push_back(command.substr(5));
    } else if (absl::StartsWith(command, "sleep ") &&
               absl::SimpleAtoi(command.substr(6), &number)) {
      const absl::Duration left = walk.end - clock_->Steady();
      const bool slept = clock_->Sleep(std::min(absl::Seconds(number), left), walk.stop);
      if (!slept) {
        failure.failure = FailureClass::kCancelled;
        failure.message = "the build was stopped";
        return failure;
      }
      if (left <= absl::Seconds(number)) {
        failure.failure = FailureClass::kTimeout;
        failure.message = "the build did not end within its time";
        return failure;
      }
    } else if (absl::StartsWith(command, "exit ") && absl::SimpleAtoi(command.substr(5), &number) &&
               number != 0) {
      failure.failure = FailureClass::kUser;
      failure.exit_code = number;
      failure.message = absl::StrCat("process \"", instruction.substr(4),
                                     "\" did not complete successfully: exit code: ", number);
      return failure;
    }
  }
  MutexLock lock(&mutex_);
  ++runs_;
  return std::nullopt;
}

std::optional<BuildFailure> FakeImageBuilder::Step(const std::string& line, Walk& walk) {
  const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
  if (words.size() >= 4 && words[0] == "FROM") {
    walk.stage = words[3];
    const size_t at = words[1].find('@');
    if (at != std::string::npos) {
      MutexLock lock(&mutex_);
      const auto made = made_.find(words[1].substr(at + 1));
      walk.diff_ids = made != made_.end()
                          ? made->second
                          : std::vector<std::string>{"sha256:" + Sha256Hex(words[1])};
    }
  }
  walk.so_far = Sha256Hex(absl::StrCat(walk.so_far, "\n", line));
  if (words.empty() || (words[0] != "RUN" && words[0] != "COPY")) return std::nullopt;
  bool cached = false;
  {
    MutexLock lock(&mutex_);
    cached = built_.count(walk.so_far) > 0;
  }
  ++walk.progress.steps;
  walk.progress.step_name =
      absl::StrCat("[", walk.stage, " ", walk.progress.steps, "/", "9] ", line);
  walk.progress.cached = cached;
  walk.observer.log(absl::StrCat("#", walk.progress.steps, " ", walk.progress.step_name, "\n"));
  walk.observer.progress(walk.progress);
  if (!cached && words[0] == "RUN") {
    std::optional<BuildFailure> failure = RunCommands(line, walk);
    if (failure.has_value()) return failure;
  }
  ++walk.progress.step;
  if (cached) ++walk.progress.steps_cached;
  walk.observer.progress(walk.progress);
  walk.report.steps.push_back({walk.progress.step_name, walk.stage, cached, true, {}});
  walk.diff_ids.push_back("sha256:" + walk.so_far);
  MutexLock lock(&mutex_);
  built_.insert(walk.so_far);
  return std::nullopt;
}

absl::StatusOr<ImageBuildReport> FakeImageBuilder::Build(const ImageBuildRequest& request,
                                                         const ImageBuildObserver& observer,
                                                         std::stop_token stop) {
  const absl::Duration started = clock_->Steady();
  std::function<void(const ImageBuildRequest&)> hook;
  Walk walk{observer, stop, started + request.deadline, "", "", 0, {}, {}, {}};
  {
    MutexLock lock(&mutex_);
    ++builds_;
    hook = hook_;
    if (!refusals_.empty()) {
      const absl::Status refusal = std::move(refusals_.front());
      refusals_.pop_front();
      return refusal;
    }
    if (!failures_.empty()) {
      walk.report.failure = std::move(failures_.front());
      failures_.pop_front();
    }
    walk.report.lost_exports = std::exchange(lost_exports_, {});
  }
  observer.started({"fake-builder", request.dockerfile});
  if (hook) hook(request);
  LIF_ASSIGN_OR_RETURN(const std::string text, ReadFile(request.dockerfile, 16 << 20));
  {
    MutexLock lock(&mutex_);
    last_dockerfile_ = text;
  }
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  for (const std::string& line : lines) {
    ++walk.line;
    if (walk.report.failure.has_value()) break;
    walk.report.failure = Step(line, walk);
  }
  walk.report.duration = clock_->Steady() - started;
  if (walk.report.failure.has_value()) return walk.report;
  if (std::filesystem::exists(request.output)) {
    return absl::AlreadyExistsError(absl::StrCat(request.output, " exists already"));
  }
  LIF_ASSIGN_OR_RETURN(walk.report.image_digest,
                       WriteOciLayout(request.output, walk.diff_ids, walk.so_far));
  Know(walk.report.image_digest, walk.diff_ids);
  return walk.report;
}

}  // namespace lif
