#include "executor/trivy_sbom_generator.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/file_util.h"
#include "common/base/status_macros.h"
#include "common/sbom/spdx.h"

namespace lif {
namespace {

constexpr size_t kMaxSaid = 8 << 10;
constexpr size_t kMaxQuoted = 1000;
constexpr absl::Duration kCheckTime = absl::Minutes(1);
// An index that never grows old: trivy would download one, and fail without a network.
constexpr char kNoJavaIndex[] =
    R"({"Version":1,"NextUpdate":"9999-01-01T00:00:00Z","UpdatedAt":"2000-01-01T00:00:00Z"})";

std::string DocumentPath(const std::string& scratch) {
  return scratch + "/sbom.json";
}

std::string CachePath(const std::string& scratch) {
  return scratch + "/cache";
}

// The end of what a scanner printed, which is where it says what went wrong.
std::string Quoted(const std::string& said) {
  const std::string text(absl::StripAsciiWhitespace(said));
  if (text.empty()) return "";
  return ": " + text.substr(text.size() > kMaxQuoted ? text.size() - kMaxQuoted : 0);
}

absl::Status Ended(const std::string& program, const CapturedProcess& process) {
  const ProcessResult& result = process.result;
  switch (result.end) {
    case ProcessResult::End::kStopped:
      return absl::CancelledError("the SBOM scanner was stopped");
    case ProcessResult::End::kDeadline:
      return absl::DeadlineExceededError(absl::StrCat("the SBOM scanner did not end within ",
                                                      absl::FormatDuration(result.duration)));
    case ProcessResult::End::kSignalled:
      return absl::UnavailableError(absl::StrCat("the SBOM scanner ", program,
                                                 " was killed by signal ", result.signal,
                                                 Quoted(process.err)));
    case ProcessResult::End::kExited:
      break;
  }
  if (result.exit_code == 0) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("the SBOM scanner ", program, " ended with exit code ",
                                             result.exit_code, Quoted(process.err)));
}

// The scanner runs in a directory of its own.
std::string Absolute(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::absolute(path, ignored).string();
}

absl::Status Prefixed(const std::string& prefix, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(prefix, status.message()));
}

absl::Status WriteBlob(const std::string& image, const std::string& bytes) {
  return WriteFileAtomically(absl::StrCat(image, "/blobs/sha256/", Sha256Hex(bytes)), bytes);
}

std::string Descriptor(const std::string& type, const std::string& bytes) {
  return absl::StrCat(R"({"mediaType":"application/vnd.oci.image.)", type,
                      R"(+json","digest":"sha256:)", Sha256Hex(bytes), R"(","size":)", bytes.size(),
                      "}");
}

// The smallest image there is: no layer.
absl::Status WriteEmptyImage(const std::string& image) {
  const std::string config =
      R"({"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]}})";
  const std::string manifest = absl::StrCat(
      R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":)",
      Descriptor("config.v1", config), R"(,"layers":[]})");
  LIF_RETURN_IF_ERROR(MakeDirectories(image + "/blobs/sha256"));
  LIF_RETURN_IF_ERROR(WriteBlob(image, config));
  LIF_RETURN_IF_ERROR(WriteBlob(image, manifest));
  LIF_RETURN_IF_ERROR(
      WriteFileAtomically(image + "/oci-layout", R"({"imageLayoutVersion":"1.0.0"})"));
  return WriteFileAtomically(image + "/index.json",
                             absl::StrCat(R"({"schemaVersion":2,"manifests":[)",
                                          Descriptor("manifest.v1", manifest), "]}"));
}

}  // namespace

std::vector<std::string> TrivyCommand(const TrivyOptions& options, const SbomRequest& request) {
  return {options.program,
          "image",
          "--quiet",
          "--input=" + request.image,
          "--format=spdx-json",
          "--output=" + DocumentPath(request.scratch),
          "--cache-dir=" + CachePath(request.scratch),
          "--offline-scan",
          "--skip-db-update",
          "--skip-java-db-update",
          absl::StrCat("--timeout=", absl::ToInt64Seconds(request.deadline), "s")};
}

absl::Status TrivySbomGenerator::PrepareCache(const std::string& cache) const {
  LIF_RETURN_IF_ERROR(MakeDirectories(cache));
  const std::string index = cache + "/java-db";
  if (options_.java_index.empty()) {
    LIF_RETURN_IF_ERROR(MakeDirectories(index));
    return WriteFileAtomically(index + "/metadata.json", kNoJavaIndex);
  }
  std::error_code error;
  std::filesystem::create_directory_symlink(std::filesystem::absolute(options_.java_index), index,
                                            error);
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("can't link ", index, ": ", error.message()));
}

absl::StatusOr<SbomScan> TrivySbomGenerator::Generate(const SbomRequest& request,
                                                      std::stop_token stop) {
  LIF_RETURN_IF_ERROR(RemoveTree(request.scratch));
  LIF_RETURN_IF_ERROR(MakeDirectories(request.scratch + "/tmp"));
  LIF_RETURN_IF_ERROR(PrepareCache(CachePath(request.scratch)));
  TrivyOptions options = options_;
  if (options.program.find('/') != std::string::npos) options.program = Absolute(options.program);
  ProcessSpec spec;
  spec.argv =
      TrivyCommand(options, {Absolute(request.image), Absolute(request.scratch), request.deadline});
  // Nothing of the executor's own surroundings: trivy takes trivy.yaml and .trivyignore from where
  // it runs.
  spec.working_directory = Absolute(request.scratch) + "/tmp";
  spec.env = {{"TMPDIR", spec.working_directory}, {"HOME", spec.working_directory}};
  spec.deadline = request.deadline;
  spec.kill_grace = absl::Seconds(1);  // it holds nothing that it would have to give back
  LIF_ASSIGN_OR_RETURN(const CapturedProcess process, RunCaptured(runner_, spec, stop, kMaxSaid));
  LIF_RETURN_IF_ERROR(Ended(options_.program, process));
  SbomScan scan;
  scan.argv = spec.argv;
  scan.said = process.err;
  auto document = ReadFile(DocumentPath(request.scratch), kMaxSpdxBytes);
  if (!document.ok()) {
    return absl::UnavailableError(
        absl::StrCat("the SBOM scanner wrote no document: ", document.status().message()));
  }
  scan.document = *std::move(document);
  return scan;
}

absl::Status TrivySbomGenerator::Check(const std::string& scratch, std::stop_token stop) {
  const auto check = [&]() -> absl::Status {
    const std::string image = scratch + "/empty-image";
    LIF_RETURN_IF_ERROR(WriteEmptyImage(image));
    LIF_ASSIGN_OR_RETURN(const SbomScan scan,
                         Generate({image, scratch + "/scan", kCheckTime}, stop));
    return SpdxPackages(scan.document).status();
  };
  absl::Status status = check();
  (void)RemoveTree(scratch);
  if (absl::IsNotFound(status)) {
    status = absl::FailedPreconditionError(
        absl::StrCat("there is no SBOM scanner '", options_.program, "'"));
  }
  if (status.ok() || absl::IsCancelled(status)) return status;
  return Prefixed("--sbom-scanner does not work: ",
                  absl::FailedPreconditionError(absl::StrCat(
                      status.message(),
                      "\ngive --sbom-scanner the path of a trivy that writes SPDX 2.3 (0.45; "
                      "deploy/quickstart installs one), or --no-sbom to record builds without a "
                      "list of their packages")));
}

}  // namespace lif
