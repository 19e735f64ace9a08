#include "executor/local/engine_image_registry.h"

#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/file_util.h"
#include "common/base/status_macros.h"
#include "executor/docker_argv.h"

namespace lif {
namespace {

constexpr uint64_t kMaxIndex = 1 << 20;

absl::Status Told(const std::string& what, const CapturedProcess& process) {
  const ProcessResult& result = process.result;
  if (result.Succeeded()) return absl::OkStatus();
  if (result.end == ProcessResult::End::kStopped) {
    return absl::CancelledError(absl::StrCat(what, " was stopped"));
  }
  if (result.end == ProcessResult::End::kDeadline) {
    return absl::DeadlineExceededError(absl::StrCat(what, " did not end in time"));
  }
  const std::string said(absl::StripAsciiWhitespace(process.err));
  return absl::FailedPreconditionError(absl::StrCat(what, ": ", said.substr(0, 1000)));
}

}  // namespace

absl::StatusOr<std::string> NameImageInIndex(const std::string& index,
                                             const std::string& reference) {
  nlohmann::json json = nlohmann::json::parse(index, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("manifests") || !json["manifests"].is_array() ||
      json["manifests"].size() != 1 || !json["manifests"][0].is_object()) {
    return absl::InvalidArgumentError("index.json of the image is no index of one image");
  }
  json["manifests"][0]["annotations"]["io.containerd.image.name"] = reference;
  return json.dump();
}

absl::StatusOr<CapturedProcess> EngineImageRegistry::Docker(
    const std::vector<std::string>& arguments, absl::Duration deadline, std::stop_token stop) {
  ProcessSpec spec;
  spec.argv = DockerArgv("docker", docker_host_);
  spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
  spec.deadline = deadline;
  return RunCaptured(runner_, spec, stop);
}

absl::StatusOr<PushReport> EngineImageRegistry::Push(const ImagePush& push, absl::Duration deadline,
                                                     std::stop_token stop) {
  const std::string index = push.oci_directory + "/index.json";
  LIF_ASSIGN_OR_RETURN(const std::string text, ReadFile(index, kMaxIndex));
  LIF_ASSIGN_OR_RETURN(const std::string named, NameImageInIndex(text, push.reference));
  LIF_RETURN_IF_ERROR(WriteFileAtomically(index, named));
  const std::string archive = push.oci_directory + ".tar";
  ProcessSpec pack;
  pack.argv = {"tar", "-C", push.oci_directory, "-cf", archive, "."};
  pack.deadline = deadline;
  LIF_ASSIGN_OR_RETURN(const CapturedProcess packed, RunCaptured(runner_, pack, stop));
  LIF_RETURN_IF_ERROR(Told("packing the image", packed));
  LIF_ASSIGN_OR_RETURN(const CapturedProcess loaded,
                       Docker({"load", "--quiet", "--input", archive}, deadline, stop));
  LIF_RETURN_IF_ERROR(RemoveTree(archive));
  LIF_RETURN_IF_ERROR(Told("loading the image into the engine", loaded));
  return PushReport();
}

absl::StatusOr<ImageManifest> EngineImageRegistry::Find(const std::string& image, absl::Duration,
                                                        std::stop_token) {
  return absl::UnimplementedError(absl::StrCat("a local build does not look for ", image));
}

absl::StatusOr<std::string> EngineImageRegistry::Join(const std::vector<std::string>&,
                                                      const std::string& reference, absl::Duration,
                                                      std::stop_token) {
  return absl::UnimplementedError(absl::StrCat("a local build makes no index ", reference));
}

absl::Status EngineImageRegistry::Tag(const std::string& source, const std::string& reference,
                                      absl::Duration deadline, std::stop_token stop) {
  LIF_ASSIGN_OR_RETURN(const CapturedProcess tagged,
                       Docker({"tag", source, reference}, deadline, stop));
  return Told(absl::StrCat("naming the image ", reference), tagged);
}

void EngineImageRegistry::Remove(const std::vector<std::string>& references,
                                 absl::Duration deadline) {
  if (references.empty()) return;
  std::vector<std::string> arguments = {"image", "rm"};
  arguments.insert(arguments.end(), references.begin(), references.end());
  // Of those that are gone already Docker says so, and removes the others.
  (void)Docker(arguments, deadline, std::stop_token());
}

}  // namespace lif
