// lif sbom
#include "absl/strings/str_cat.h"
#include "cli/artifacts.h"
#include "cli/build_ref.h"
#include "cli/commands.h"
#include "cli/rpc.h"
#include "cli/table.h"
#include "cli/text.h"
#include "common/base/status_macros.h"
#include "common/sbom/spdx.h"
#include "lif/v1/record_service.grpc.pb.h"

namespace lif {
namespace {

std::string OnPlatform(const BuildRef& ref) {
  return ref.platform.empty() ? "" : absl::StrCat(" on ", ref.platform);
}

// What is published: the newest image of the manifest that passed.
absl::StatusOr<std::string> NewestCompatible(CliContext& context,
                                             const std::shared_ptr<grpc::Channel>& channel,
                                             const BuildRef& ref) {
  v1::ListRecordsRequest request;
  request.set_manifest_id(ref.manifest_id);
  request.set_platform(ref.platform);
  request.add_outcomes(v1::OUTCOME_COMPATIBLE);
  request.set_effective_only(true);
  request.set_page_size(1);
  const auto stub = v1::RecordService::NewStub(channel);
  LIF_ASSIGN_OR_RETURN(
      const v1::ListRecordsResponse reply,
      (Call<v1::RecordService::Stub, v1::ListRecordsRequest, v1::ListRecordsResponse>(
          context, *stub, &v1::RecordService::Stub::ListRecords, request)));
  if (reply.records_size() > 0) return reply.records(0).build_id();
  return absl::NotFoundError(absl::StrCat(
      "no image of manifest '", ref.manifest_id, "'", OnPlatform(ref),
      " has passed its tests\nlif build --manifest-id ", ref.manifest_id,
      " makes one; lif records --manifest-id ", ref.manifest_id, " lists what was tried"));
}

absl::Status NoSbom(const v1::Record& record) {
  std::string why;
  if (record.image_digest().empty()) {
    why = "it ended before it had an image";
  } else if (record.failure().stage() == "sbom") {
    why = absl::StrCat("its scanner failed: ", record.failure().message());
  } else {
    why = absl::StrCat("its executor, ", record.executor(),
                       ", made none (--no-sbom, or a version before SBOMs)\n"
                       "lif build --manifest-id ",
                       record.manifest_id(), " --platform ", record.platform(),
                       " --rerun always makes one on an executor that has a scanner");
  }
  return absl::NotFoundError(absl::StrCat("build ", record.build_id(), " has no SBOM: ", why));
}

std::string RenderPackages(const std::vector<Package>& packages, const Style& style, size_t width) {
  Table table{{{"TYPE"}, {"PACKAGE"}, {"VERSION"}, {"ARCH"}, {"URL", false, true}}, {}};
  for (const Package& package : packages) {
    table.rows.push_back({package.type,
                          {SafeForTerminal(package.name, style), Tone::kStrong},
                          SafeForTerminal(package.version, style),
                          SafeForTerminal(package.arch, style),
                          {SafeForTerminal(package.purl, style), Tone::kDim}});
  }
  return RenderTable(table, style, width);
}

class SbomCommand : public Command {
 public:
  std::vector<std::string> Path() const override { return {"sbom"}; }
  std::string Summary() const override { return "List the packages in an image"; }

  void AddOptions(OptionSet* options) override {
    options->Add({.name = "BUILD_ID", .help = "Build, as `lif build` printed it"}, &ref_.build_id);
    options->Add({.name = "--manifest-id",
                  .value = "ID",
                  .help = "The newest image of this manifest that passed its tests"},
                 &ref_.manifest_id);
    options->Add({.name = "--platform",
                  .value = "OS/ARCH",
                  .help = "With --manifest-id: the newest on this platform"},
                 &ref_.platform);
    options->SetFooter(
        "--output json prints the recorded document, SPDX 2.3 JSON, byte by byte.\n");
  }

  absl::StatusOr<ExitCode> Run(CliContext& context) override {
    const auto channel = context.Channel();
    const bool by_manifest = ref_.build_id.empty() && !ref_.manifest_id.empty();
    LIF_ASSIGN_OR_RETURN(const std::string id, by_manifest
                                                   ? NewestCompatible(context, channel, ref_)
                                                   : ResolveBuildId(context, channel, ref_));
    LIF_ASSIGN_OR_RETURN(const v1::Record record, GetRecord(context, channel, id));
    for (const v1::Artifact& artifact : record.artifacts()) {
      if (artifact.kind() != v1::ARTIFACT_KIND_SBOM_SPDX) continue;
      LIF_ASSIGN_OR_RETURN(const std::string text,
                           GetArtifact(context, channel, id, artifact.name(), kMaxSpdxBytes));
      return Print(context, record, text);
    }
    return NoSbom(record);
  }

 private:
  static absl::StatusOr<ExitCode> Print(const CliContext& context, const v1::Record& record,
                                        const std::string& text) {
    const Terminal& terminal = context.terminal;
    if (context.json()) {
      terminal.out(text);
      return ExitCode::kOk;
    }
    LIF_ASSIGN_OR_RETURN(const std::vector<Package> packages, SpdxPackages(text));
    if (!packages.empty()) {
      terminal.out(RenderPackages(packages, terminal.out_style, terminal.out_width));
    }
    terminal.err(absl::StrCat(CountText(static_cast<int64_t>(packages.size()), "package"), " in ",
                              record.manifest_id(), " ", record.platform(), ", build ",
                              record.build_id(), "\n"));
    return ExitCode::kOk;
  }

  BuildRef ref_;
};

}  // namespace

std::unique_ptr<Command> MakeSbomCommand() {
  return std::make_unique<SbomCommand>();
}

}  // namespace lif
