#include "cli/build_ref.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "cli/rpc.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "lif/v1/build_service.grpc.pb.h"

namespace lif {

void AddBuildRef(OptionSet* options, BuildRef* ref) {
  options->Add({.name = "BUILD_ID", .help = "Build, as `lif build` printed it"}, &ref->build_id);
  options->Add(
      {.name = "--manifest-id", .value = "ID", .help = "The newest build of this manifest"},
      &ref->manifest_id);
  options->Add({.name = "--platform",
                .value = "OS/ARCH",
                .help = "With --manifest-id: the newest build on this platform"},
               &ref->platform);
}

absl::StatusOr<std::string> ResolveBuildId(CliContext& context,
                                           const std::shared_ptr<grpc::Channel>& channel,
                                           const BuildRef& ref) {
  if (ref.build_id.empty() == ref.manifest_id.empty()) {
    return absl::InvalidArgumentError(
        "name one build: a BUILD_ID, or --manifest-id ID for the "
        "newest build of a manifest");
  }
  if (!ref.build_id.empty()) {
    const std::string id = absl::AsciiStrToUpper(ref.build_id);
    if (IsUlid(id)) return id;
    const std::string hint =
        IsName(ref.build_id) ? absl::StrCat("; for a manifest write --manifest-id ", ref.build_id)
                             : "";
    return absl::InvalidArgumentError(
        absl::StrCat("'", ref.build_id, "' is no build ID, which has 26 letters and digits", hint));
  }
  v1::ListBuildsRequest request;
  request.set_manifest_id(ref.manifest_id);
  request.set_platform(ref.platform);
  request.set_page_size(1);
  const auto stub = v1::BuildService::NewStub(channel);
  LIF_ASSIGN_OR_RETURN(const v1::ListBuildsResponse reply,
                       (Call<v1::BuildService::Stub, v1::ListBuildsRequest, v1::ListBuildsResponse>(
                           context, *stub, &v1::BuildService::Stub::ListBuilds, request)));
  if (reply.builds_size() > 0) return reply.builds(0).build_id();
  return absl::NotFoundError(
      absl::StrCat("no build of manifest '", ref.manifest_id, "'",
                   ref.platform.empty() ? "" : absl::StrCat(" on ", ref.platform),
                   " is known\nlif build --manifest-id ", ref.manifest_id,
                   " makes one; lif catalog list "
                   "prints the manifests"));
}

absl::StatusOr<v1::Build> GetBuild(CliContext& context,
                                   const std::shared_ptr<grpc::Channel>& channel,
                                   const std::string& build_id) {
  const auto stub = v1::BuildService::NewStub(channel);
  v1::GetBuildRequest request;
  request.set_build_id(build_id);
  LIF_ASSIGN_OR_RETURN(const auto reply,
                       (Call<v1::BuildService::Stub, v1::GetBuildRequest, v1::GetBuildResponse>(
                           context, *stub, &v1::BuildService::Stub::GetBuild, request)));
  return reply.build();
}

}  // namespace lif
