#include "common/registry/registry_client.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

// A manifest is at most 4 MiB for every registry that we know of.
constexpr size_t kOutputLimit = 8 << 20;

}  // namespace

SkopeoOptions RegistryClient::OptionsFor(const ImageReference& image) const {
  SkopeoOptions options = options_;
  options.insecure = options.insecure || IsLoopbackRegistry(image.registry);
  return options;
}

absl::StatusOr<std::string> RegistryClient::Run(const std::string& what,
                                                std::vector<std::string> argv, const Call& call) {
  ProcessSpec spec;
  spec.argv = std::move(argv);
  spec.deadline = call.deadline;
  LIF_ASSIGN_OR_RETURN(CapturedProcess captured,
                       RunCaptured(runner_, std::move(spec), call.stop, kOutputLimit));
  switch (captured.result.end) {
    case ProcessResult::End::kDeadline:
      return absl::DeadlineExceededError(
          absl::StrCat("cannot ", what, " within ", absl::FormatDuration(call.deadline),
                       "; is the registry slow or unreachable? Try again"));
    case ProcessResult::End::kStopped:
      return absl::CancelledError(absl::StrCat("stopped before it could ", what));
    default:
      break;
  }
  if (!captured.result.Succeeded()) return SkopeoFailure(what, captured.err);
  return std::move(captured.out);
}

absl::StatusOr<std::string> RegistryClient::ReadManifest(const std::string& image,
                                                         const Call& call) {
  LIF_ASSIGN_OR_RETURN(ImageReference reference, ParseImageReference(image));
  return Run(absl::StrCat("resolve ", image), InspectRawArgv(reference, OptionsFor(reference)),
             call);
}

absl::StatusOr<std::string> RegistryClient::ResolveDigest(const std::string& image,
                                                          const Call& call) {
  LIF_ASSIGN_OR_RETURN(std::string raw, ReadManifest(image, call));
  LIF_ASSIGN_OR_RETURN(ImageDescription description, ParseRawManifest(raw));
  return description.digest;
}

absl::StatusOr<std::map<Platform, std::string>> RegistryClient::ResolvePlatforms(
    const std::string& image, const Call& call) {
  const std::string what = absl::StrCat("resolve ", image);
  LIF_ASSIGN_OR_RETURN(ImageReference reference, ParseImageReference(image));
  const SkopeoOptions options = OptionsFor(reference);
  LIF_ASSIGN_OR_RETURN(std::string raw, Run(what, InspectRawArgv(reference, options), call));
  LIF_ASSIGN_OR_RETURN(ImageDescription description, ParseRawManifest(raw));
  if (!description.index) {
    LIF_ASSIGN_OR_RETURN(
        std::string config,
        Run(what, InspectConfigArgv(reference.WithDigest(description.digest), options), call));
    LIF_ASSIGN_OR_RETURN(Platform platform, ParseConfigPlatform(config));
    description.platforms.emplace(platform, description.digest);
  }
  if (description.platforms.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        image, " is for none of linux/amd64 and linux/arm64; push an image of one of them"));
  }
  return std::move(description.platforms);
}

absl::Status RegistryClient::PushOci(const std::string& oci_directory, const std::string& target,
                                     const Call& call) {
  LIF_ASSIGN_OR_RETURN(ImageReference reference, ParseImageReference(target));
  LIF_ASSIGN_OR_RETURN(std::vector<std::string> argv,
                       PushOciArgv(oci_directory, reference, OptionsFor(reference)));
  return Run(absl::StrCat("push ", target), std::move(argv), call).status();
}

absl::Status RegistryClient::Copy(const std::string& source, const std::string& target,
                                  const Call& call) {
  LIF_ASSIGN_OR_RETURN(ImageReference from, ParseImageReference(source));
  LIF_ASSIGN_OR_RETURN(ImageReference to, ParseImageReference(target));
  return Run(absl::StrCat("point ", target, " at ", source), CopyArgv(from, to, OptionsFor(to)),
             call)
      .status();
}

}  // namespace lif
