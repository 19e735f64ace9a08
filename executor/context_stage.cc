// Writes the files of the stack's modules where buildx reads them: from blobs, verified, with fixed
// modes and times, so that nothing of this machine enters the build.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/file_util.h"
#include "common/base/status_macros.h"
#include "executor/retry.h"
#include "executor/stage.h"

namespace lif {
namespace {

// BuildKit keeps what it received of a context of the same name before, and takes a file anew only
// if its size or time differs: with one time for all, an edit that leaves the size alone would
// build the old content. So the time tells the content. It is after the epoch, to which the layer's
// times are set back, so that none of it is in the image.
timespec TimeOf(const ModuleFile& file, int64_t epoch) {
  constexpr int64_t kSeconds = int64_t{1} << 29;  // 17 years
  constexpr int64_t kNanoseconds = 1'000'000'000;
  const auto bits = [&file](size_t from) {
    int64_t value = 0;
    (void)absl::SimpleHexAtoi(file.sha256.substr(from, 15), &value);
    return value;
  };
  return {epoch + 1 + bits(0) % kSeconds, bits(15) % kNanoseconds};
}

absl::Status SetTime(const std::string& path, const timespec& time) {
  const timespec times[2] = {time, time};
  if (utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) == 0) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("can't set the time of ", path, ": ", std::strerror(errno)));
}

// The catalog was validated when it was published; this is the last fence before the file system.
absl::Status CheckPath(const ModuleFile& file) {
  const std::string framed = "/" + file.path + "/";
  if (file.path.empty() || framed.find("//") != std::string::npos ||
      framed.find("/./") != std::string::npos || framed.find("/../") != std::string::npos) {
    return absl::FailedPreconditionError(
        absl::StrCat("'", file.path, "' is no path inside a module"));
  }
  return absl::OkStatus();
}

absl::Status WriteModuleFile(const StageContext& context, const ModuleFile& file,
                             const std::string& root) {
  Clock& clock = context.services.clock;
  BlobStore& blobs = context.services.blobs;
  const int64_t epoch = context.run.manifest.base.epoch;
  const RetryLimits limits{context.deadline, context.stop};
  LIF_RETURN_IF_ERROR(CheckPath(file));
  const std::string path = root + "/" + file.path;
  LIF_RETURN_IF_ERROR(MakeDirectories(path.substr(0, path.rfind('/'))));
  std::string bytes;
  LIF_RETURN_IF_ERROR(RetryWhileAway(clock, limits, [&]() -> absl::Status {
    LIF_ASSIGN_OR_RETURN(bytes, blobs.Get(file.sha256, file.size));
    return absl::OkStatus();
  }));
  LIF_RETURN_IF_ERROR(WriteFileAtomically(path, bytes, file.executable ? 0755 : 0644));
  LIF_RETURN_IF_ERROR(SetTime(path, TimeOf(file, epoch)));
  for (size_t slash = file.path.rfind('/'); slash != std::string::npos && slash > 0;
       slash = file.path.rfind('/', slash - 1)) {
    LIF_RETURN_IF_ERROR(SetTime(root + "/" + file.path.substr(0, slash), {epoch, 0}));
  }
  return SetTime(root, {epoch, 0});
}

}  // namespace

StageResult ContextStage(const StageContext& context) {
  BuildRun& run = context.run;
  const absl::Duration until = context.services.clock.Steady() + context.deadline;
  absl::Status status = MakeDirectories(run.workspace.Path("empty"));
  for (const RenderedDockerfile::Context& wanted : run.dockerfile.contexts) {
    const std::string root = run.workspace.Path("contexts/" + wanted.name);
    if (status.ok()) status = MakeDirectories(root);
    for (const ModuleFile& file : wanted.files) {
      if (!status.ok() || context.stop.stop_requested()) break;
      if (context.services.clock.Steady() > until) {
        status = absl::DeadlineExceededError("writing the modules' files took too long");
        break;
      }
      status = WriteModuleFile(context, file, root);
      if (!status.ok()) {
        status = absl::Status(
            status.code(),
            absl::StrCat("file ", file.path, " of ", wanted.module_ref, ": ", status.message()));
      }
    }
    run.contexts[wanted.name] = root;
    run.evidence.Text(
        absl::StrCat(wanted.name, ": ", wanted.files.size(), " files of ", wanted.module_ref));
  }
  if (!status.ok()) return Retryable(status);
  return std::nullopt;
}

}  // namespace lif
