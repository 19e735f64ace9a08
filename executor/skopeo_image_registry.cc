#include "executor/skopeo_image_registry.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "executor/docker_argv.h"

namespace lif {
namespace {

constexpr size_t kMaxReason = 1000;

}  // namespace

RegistrySession::Options SkopeoImageRegistry::SessionFor(const ImageReference& image,
                                                         std::stop_token stop) const {
  RegistrySession::Options options;
  options.insecure = options_.insecure || IsLoopbackRegistry(image.registry);
  options.stop = stop;
  return options;
}

absl::StatusOr<int64_t> SkopeoImageRegistry::Mount(const ImagePush& push, std::stop_token stop) {
  LIF_ASSIGN_OR_RETURN(const OciImage image, ReadOciImage(push.oci_directory));
  LIF_ASSIGN_OR_RETURN(const ImageReference target, ParseImageReference(push.reference));
  std::string from;
  if (!push.mount_from.empty()) {
    LIF_ASSIGN_OR_RETURN(const ImageReference source, ParseImageReference(push.mount_from));
    if (source.registry == target.registry && source.repository != target.repository) {
      from = source.repository;
    }
  }
  RegistrySession session(target, SessionFor(target, stop));
  int64_t missing = 0;
  for (const OciBlob& blob : image.manifest.Blobs()) {
    LIF_ASSIGN_OR_RETURN(bool there, session.HasBlob(blob.digest));
    if (!there && !from.empty()) {
      LIF_ASSIGN_OR_RETURN(there, session.MountBlob(blob.digest, from));
    }
    if (!there) missing += blob.size;
  }
  return missing;
}

absl::StatusOr<PushReport> SkopeoImageRegistry::Push(const ImagePush& push, absl::Duration deadline,
                                                     std::stop_token stop) {
  PushReport report;
  // What can't be asked or mounted is sent by skopeo all the same.
  const absl::StatusOr<int64_t> missing = Mount(push, stop);
  if (missing.ok()) report.bytes = *missing;
  LIF_RETURN_IF_ERROR(client_.PushOci(push.oci_directory, push.reference, {deadline, stop}));
  return report;
}

absl::Status SkopeoImageRegistry::Tag(const std::string& source, const std::string& reference,
                                      absl::Duration deadline, std::stop_token stop) {
  LIF_ASSIGN_OR_RETURN(const ImageReference from, ParseImageReference(source));
  LIF_ASSIGN_OR_RETURN(const ImageReference to, ParseImageReference(reference));
  if (from.Name() == to.Name() && !from.digest.empty()) {
    const absl::Status tagged = RegistrySession(from, SessionFor(from, stop)).Tag(to.tag);
    // Else with credentials, or where HTTP is spoken otherwise.
    if (tagged.ok() || absl::IsNotFound(tagged)) return tagged;
  }
  return client_.Copy(source, reference, {deadline, stop});
}

absl::StatusOr<ImageManifest> SkopeoImageRegistry::Find(const std::string& image,
                                                        absl::Duration deadline,
                                                        std::stop_token stop) {
  LIF_ASSIGN_OR_RETURN(const ImageReference reference, ParseImageReference(image));
  RegistrySession session(reference, SessionFor(reference, stop));
  absl::StatusOr<std::string> bytes = session.GetManifest();
  // With credentials, or where HTTP is spoken otherwise.
  const bool asked = bytes.ok() || absl::IsNotFound(bytes.status());
  if (!asked) bytes = client_.ReadManifest(image, {deadline, stop});
  if (!bytes.ok()) return bytes.status();
  LIF_ASSIGN_OR_RETURN(ImageManifest manifest, ParseImageManifest(*bytes));
  if (!asked) return manifest;
  for (const OciBlob& blob : manifest.Blobs()) {
    const absl::StatusOr<bool> there = session.HasBlob(blob.digest);
    if (there.ok() && !*there) {
      return absl::NotFoundError(
          absl::StrCat("blob ", blob.digest, " of ", image, " is gone from the registry"));
    }
    if (absl::IsUnavailable(there.status()) || absl::IsDeadlineExceeded(there.status()) ||
        absl::IsCancelled(there.status())) {
      return there.status();
    }
  }
  return manifest;
}

absl::StatusOr<std::string> SkopeoImageRegistry::Join(const std::vector<std::string>& images,
                                                      const std::string& reference,
                                                      absl::Duration deadline,
                                                      std::stop_token stop) {
  ProcessSpec spec;
  spec.argv = DockerArgv(options_.docker, options_.docker_host);
  spec.argv.insert(spec.argv.end(), {"buildx", "imagetools", "create", "--tag", reference});
  spec.argv.insert(spec.argv.end(), images.begin(), images.end());
  spec.deadline = deadline;
  LIF_ASSIGN_OR_RETURN(const CapturedProcess joined, RunCaptured(runner_, spec, stop));
  if (joined.result.end == ProcessResult::End::kStopped) {
    return absl::CancelledError("joining the images was stopped");
  }
  if (joined.result.end == ProcessResult::End::kDeadline) {
    return absl::DeadlineExceededError(
        absl::StrCat("joining the images did not end within ", absl::FormatDuration(deadline)));
  }
  if (!joined.result.Succeeded()) {
    return SkopeoFailure(absl::StrCat("join the images of ", reference),
                         std::string(absl::StripAsciiWhitespace(joined.err)).substr(0, kMaxReason));
  }
  return client_.ResolveDigest(reference, {deadline, stop});
}

}  // namespace lif
