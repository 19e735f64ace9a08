#include "tests/support/fast_engine.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/base/clock.h"
#include "common/base/digest.h"
#include "common/base/file_util.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "tests/fakes/oci_layout.h"
#include "tests/fakes/spdx_text.h"

namespace lif {
namespace {

constexpr uint64_t kMaxDockerfile = 16 << 20;

// Appends to the file of executions. One write a line: several executors share the file.
class ExecutionLog {
 public:
  explicit ExecutionLog(const std::string& path)
      : file_(open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644)) {}
  ~ExecutionLog() { close(file_); }
  ExecutionLog(const ExecutionLog&) = delete;
  ExecutionLog& operator=(const ExecutionLog&) = delete;

  void Add(const std::string& what, const std::string& subject, const std::string& detail) {
    const std::string line = absl::StrCat(what, " ", absl::ToInt64Microseconds(clock_.Steady()),
                                          " ", getpid(), " ", subject, " ", detail, "\n");
    (void)!write(file_, line.data(), line.size());
  }

 private:
  SystemClock clock_;
  const int file_;
};

// What the Dockerfile says after the last `NAME`, up to the line's end, without quotes.
std::string LastValue(const std::string& text, const std::string& name) {
  const size_t at = text.rfind(name);
  if (at == std::string::npos) return "";
  const size_t from = at + name.size();
  const size_t end = text.find('\n', from);
  return absl::StrReplaceAll(text.substr(from, end - from), {{"\"", ""}, {"'", ""}});
}

class FastBuilder final : public ImageBuilder {
 public:
  FastBuilder(const std::string& directory, ExecutionLog& log)
      : images_(directory + "/images/"), log_(log) {}

  absl::StatusOr<ImageBuildReport> Build(const ImageBuildRequest& request,
                                         const ImageBuildObserver& observer,
                                         std::stop_token stop) override {
    const absl::Duration started = clock_.Steady();
    LIF_ASSIGN_OR_RETURN(const std::string text, ReadFile(request.dockerfile, kMaxDockerfile));
    const std::filesystem::path job = std::filesystem::path(request.dockerfile).parent_path();
    const std::string manifest = LastValue(text, "# manifest: ");
    const auto note = [&](const std::string& what) {
      log_.Add(what, job.filename().string(), manifest);
    };
    note("build");
    LIF_ASSIGN_OR_RETURN(Layers layers, LayersOf(text));
    for (const std::string& stage : layers.stages) {
      log_.Add("layer", job.filename().string(), stage);
    }
    observer.started({"fast-builder", request.dockerfile});
    ImageBuildReport report;
    report.failure = Do(LastValue(text, "ARG DO="), request.deadline, observer, stop);
    report.duration = clock_.Steady() - started;
    if (report.failure.has_value()) {
      note(report.failure->failure == FailureClass::kCancelled ? "stopped" : "failed");
      return report;
    }
    LIF_ASSIGN_OR_RETURN(report.image_digest,
                         WriteOciLayout(request.output, layers.diff_ids, text));
    LIF_RETURN_IF_ERROR(MakeDirectories(images_));
    LIF_RETURN_IF_ERROR(WriteFileAtomically(images_ + report.image_digest.substr(7),
                                            absl::StrJoin(layers.diff_ids, "\n")));
    note("built");
    return report;
  }

 private:
  struct Layers {
    std::vector<std::string> stages;    // that are executed, in order
    std::vector<std::string> diff_ids;  // of the image: random ones for these, as their content is
  };

  // The first stage is what there is already; the stage `image` has no layer.
  absl::StatusOr<Layers> LayersOf(const std::string& text) const {
    Layers layers;
    for (const std::string& line : std::vector<std::string>(absl::StrSplit(text, '\n'))) {
      const std::vector<std::string> words = absl::StrSplit(line, ' ');
      if (words.size() != 4 || words[0] != "FROM" || words[3] == "image") continue;
      if (!layers.diff_ids.empty()) {
        layers.stages.push_back(words[3]);
        layers.diff_ids.push_back("sha256:" + Sha256Hex(NewUlid(clock_.Now())));
        continue;
      }
      const size_t at = words[1].find("@sha256:");
      const auto below = ReadFile(images_ + words[1].substr(at + 8), kMaxDockerfile);
      layers.diff_ids = below.ok() ? std::vector<std::string>(absl::StrSplit(*below, '\n'))
                                   : std::vector<std::string>{words[1].substr(at + 1)};
    }
    return layers;
  }

  static BuildFailure Failed(FailureClass failure, const std::string& message) {
    BuildFailure failed;
    failed.failure = failure;
    failed.message = message;
    return failed;
  }

  std::optional<BuildFailure> Do(const std::string& words, absl::Duration deadline,
                                 const ImageBuildObserver& observer, const std::stop_token& stop) {
    for (const std::string& word :
         std::vector<std::string>(absl::StrSplit(words, '_', absl::SkipEmpty()))) {
      const std::vector<std::string> parts = absl::StrSplit(word, absl::MaxSplits('-', 1));
      int number = 0;
      if (parts.size() == 2 && !absl::SimpleAtoi(parts[1], &number)) {
        return Failed(FailureClass::kInternal, absl::StrCat("'", word, "' has no number"));
      }
      if (parts[0] == "sleep") {
        const absl::Duration time = absl::Milliseconds(number);
        if (!clock_.Sleep(std::min(time, deadline), stop)) {
          return Failed(FailureClass::kCancelled, "the build was stopped");
        }
        if (deadline < time) return Failed(FailureClass::kTimeout, "the time is over");
      } else if (parts[0] == "flood") {
        for (int i = 0; i < number; ++i) observer.log(std::string(99, 'x') + "\n");
      } else if (parts[0] == "crash") {
        kill(getpid(), SIGKILL);
      } else if (parts[0] == "exit") {
        BuildFailure failed = Failed(FailureClass::kUser, absl::StrCat("exit code: ", number));
        failed.exit_code = number;
        return failed;
      } else {
        return Failed(FailureClass::kInternal, absl::StrCat("'", word, "' is not known"));
      }
    }
    return std::nullopt;
  }

  const std::string images_;
  ExecutionLog& log_;
  mutable SystemClock clock_;
};

class FastRegistry final : public ImageRegistry {
 public:
  FastRegistry(const std::string& directory, ExecutionLog& log)
      : directory_(directory), log_(log) {}

  absl::StatusOr<PushReport> Push(const ImagePush& push, absl::Duration /*deadline*/,
                                  std::stop_token stop) override {
    if (stop.stop_requested()) return absl::CancelledError("the push was stopped");
    LIF_ASSIGN_OR_RETURN(const OciImage image, ReadOciImage(push.oci_directory));
    LIF_ASSIGN_OR_RETURN(
        const std::string manifest,
        ReadFile(absl::StrCat(push.oci_directory, "/blobs/sha256/", image.digest.substr(7)),
                 kMaxDockerfile));
    LIF_RETURN_IF_ERROR(WriteFileAtomically(ManifestFile(image.digest), manifest));
    LIF_RETURN_IF_ERROR(WriteFileAtomically(FileOf(push.reference), image.digest));
    log_.Add("push", push.reference, image.digest);
    return PushReport();
  }

  absl::StatusOr<ImageManifest> Find(const std::string& image, absl::Duration /*deadline*/,
                                     std::stop_token /*stop*/) override {
    LIF_ASSIGN_OR_RETURN(const std::string manifest,
                         ReadFile(ManifestFile(image.substr(image.find('@') + 1)), kMaxDockerfile));
    return ParseImageManifest(manifest);
  }

  absl::StatusOr<std::string> Join(const std::vector<std::string>& images,
                                   const std::string& reference, absl::Duration /*deadline*/,
                                   std::stop_token /*stop*/) override {
    const std::string digest = "sha256:" + Sha256Hex(absl::StrJoin(images, "\n"));
    LIF_RETURN_IF_ERROR(WriteFileAtomically(FileOf(reference), digest));
    log_.Add("join", reference, digest);
    return digest;
  }

  absl::Status Tag(const std::string& source, const std::string& reference,
                   absl::Duration /*deadline*/, std::stop_token /*stop*/) override {
    CrashAt("tag", reference);
    const std::string digest = source.substr(source.find('@') + 1);
    LIF_RETURN_IF_ERROR(WriteFileAtomically(FileOf(reference), digest));
    log_.Add("tag", reference, digest);
    CrashAt("tagged", reference);
    return absl::OkStatus();
  }

 private:
  std::string ManifestFile(const std::string& digest) const {
    return absl::StrCat(directory_, "/registry/@", digest);
  }
  std::string FileOf(const std::string& reference) const {
    return directory_ + "/registry/" + absl::StrReplaceAll(reference, {{"/", "_"}});
  }

  // `reference` is "<registry>/images:<manifest ID>-<platform>".
  void CrashAt(const std::string& point, const std::string& reference) const {
    const std::string tag = reference.substr(reference.rfind(':') + 1);
    const std::string manifest = tag.substr(0, tag.rfind("-linux-"));
    if (unlink(absl::StrCat(directory_, "/crash-", point, "-", manifest).c_str()) == 0) {
      kill(getpid(), SIGKILL);
    }
  }

  const std::string directory_;
  ExecutionLog& log_;
};

// Every test passes.
class FastTester final : public ImageTester {
 public:
  absl::Status Pull(const std::string& /*image*/, const std::string& /*platform*/,
                    absl::Duration /*deadline*/, std::stop_token /*stop*/) override {
    return absl::OkStatus();
  }
  absl::StatusOr<TestRun> Run(const TestRunRequest& request, std::stop_token stop) override {
    if (stop.stop_requested()) return absl::CancelledError("the test was stopped");
    TestRun run;
    run.argv = {"fast-tester", request.test.name};
    run.out = request.test.expect_stdout.value_or("");
    return run;
  }
  void Release(const std::string& /*image*/) override {}
  void RemoveIdleImages() override {}
  absl::StatusOr<int> RemoveLeftovers() override { return 0; }
};

class FastSbomGenerator final : public SbomGenerator {
 public:
  absl::StatusOr<SbomScan> Generate(const SbomRequest& request, std::stop_token stop) override {
    if (stop.stop_requested()) return absl::CancelledError("the scan was stopped");
    return SbomScan{
        {"fast-scanner", request.image}, SpdxOf({"pkg:deb/debian/demo@1.0?arch=all"}), ""};
  }
};

class FastEngine final : public Engine {
 public:
  explicit FastEngine(const std::string& directory)
      : log_(directory + "/executions"), builder_(directory, log_), registry_(directory, log_) {}

  ImageBuilder& builder() override { return builder_; }
  ImageRegistry& registry() override { return registry_; }
  ImageTester& tester() override { return tester_; }
  SbomGenerator* sbom() override { return &sbom_; }
  absl::Status Check() override { return absl::OkStatus(); }
  absl::Status Probe() override { return absl::OkStatus(); }
  absl::Status ProbeRegistry() override { return absl::OkStatus(); }

 private:
  ExecutionLog log_;
  FastBuilder builder_;
  FastRegistry registry_;
  FastTester tester_;
  FastSbomGenerator sbom_;
};

}  // namespace

std::unique_ptr<Engine> MakeFastEngine(const std::string& directory) {
  return std::make_unique<FastEngine>(directory);
}

}  // namespace lif
