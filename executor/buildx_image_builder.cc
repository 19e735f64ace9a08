#include "executor/buildx_image_builder.h"

#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/file_util.h"
#include "common/base/status_macros.h"
#include "executor/progress_decoder.h"

namespace lif {
namespace {

constexpr uint64_t kMaxMetadata = 4 << 20;
constexpr size_t kMaxStdout = 64 << 10;

std::string BaseName(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

// buildx cancels the build at a SIGTERM, and ends once the engine has reported each step's end.
std::string StoppedText(const BuildTracker& tracker) {
  const std::vector<std::string> open = tracker.Open();
  if (open.empty()) return "Stopped: the engine has ended every step.\n";
  return absl::StrCat("Stopped: the engine has not reported the end of ", open.size(),
                      " steps, among them ", open.front(), "\n");
}

absl::StatusOr<std::string> DigestOf(const std::string& metadata_file) {
  LIF_ASSIGN_OR_RETURN(const std::string text, ReadFile(metadata_file, kMaxMetadata));
  const auto metadata = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (metadata.is_object()) {
    const auto digest = metadata.find("containerimage.digest");
    if (digest != metadata.end() && digest->is_string()) {
      const std::string value = digest->get<std::string>();
      LIF_RETURN_IF_ERROR(CheckOciDigest(value));
      return value;
    }
  }
  return absl::InternalError(
      absl::StrCat("docker buildx ended well, but ", metadata_file,
                   " has no containerimage.digest: is this buildx 0.13 or newer?"));
}

}  // namespace

absl::StatusOr<ImageBuildReport> BuildxImageBuilder::Build(const ImageBuildRequest& request,
                                                           const ImageBuildObserver& observer,
                                                           std::stop_token stop) {
  LIF_ASSIGN_OR_RETURN(ImageBuildReport report, BuildOnce(request, observer, stop));
  const bool retry = report.failure.has_value() && report.failure->cache_lost &&
                     !request.cache_from.empty() && !stop.stop_requested();
  if (!retry) return report;
  observer.log("A blob of the registry cache is gone; building again without cache imports.\n");
  ImageBuildRequest again = request;
  again.cache_from.clear();
  again.deadline -= report.duration;
  LIF_RETURN_IF_ERROR(RemoveTree(request.output));
  return BuildOnce(again, observer, stop);
}

absl::StatusOr<ImageBuildReport> BuildxImageBuilder::BuildOnce(const ImageBuildRequest& request,
                                                               const ImageBuildObserver& observer,
                                                               std::stop_token stop) {
  BuildTracker tracker({observer.log, observer.progress});
  ProgressDecoder decoder([&tracker](const ProgressEvent& event) { tracker.Apply(event); });
  std::string out;

  ProcessSpec spec;
  spec.argv = BuildxCommand(options_, request);
  spec.env["SOURCE_DATE_EPOCH"] = std::to_string(request.epoch);
  // BuildKit says where a Dockerfile is wrong in colours when it believes in a terminal.
  spec.env["NO_COLOR"] = "1";
  spec.deadline = request.deadline;
  spec.on_output = [&decoder, &out](OutputStream stream, std::string_view bytes) {
    if (stream == OutputStream::kStderr) {
      decoder.Feed(bytes);
    } else if (out.size() < kMaxStdout) {
      out.append(bytes.substr(0, kMaxStdout - out.size()));
    }
  };
  observer.started(spec.argv);
  LIF_ASSIGN_OR_RETURN(const ProcessResult result, runner_.Run(spec, stop));
  decoder.Finish();
  tracker.Finish();
  for (const std::string& text : {decoder.plain(), out}) {
    const std::string trimmed(absl::StripTrailingAsciiWhitespace(text));
    if (!trimmed.empty()) observer.log(trimmed + "\n");
  }

  if (result.end == ProcessResult::End::kStopped || result.end == ProcessResult::End::kDeadline) {
    observer.log(StoppedText(tracker));
  }

  ImageBuildReport report;
  report.steps = tracker.Steps();
  report.moved = tracker.moved();
  report.lost_exports = tracker.LostExports();
  report.duration = result.duration;
  if (!result.Succeeded()) {
    report.failure = ClassifyBuildFailure(
        {result, tracker.Failed(), decoder.plain(), BaseName(request.dockerfile)});
    return report;
  }
  LIF_ASSIGN_OR_RETURN(report.image_digest, DigestOf(request.metadata_file));
  return report;
}

}  // namespace lif
