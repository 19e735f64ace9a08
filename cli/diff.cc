// lif diff: what differs between two manifests or two builds.
#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/diff_text.h"
#include "cli/json_output.h"
#include "cli/rpc.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "lif/v1/record_service.grpc.pb.h"

namespace lif {
namespace {

class DiffCommand : public Command {
 public:
  std::vector<std::string> Path() const override { return {"diff"}; }
  std::string Summary() const override {
    return "Show what differs between two manifests or two builds";
  }

  void AddOptions(OptionSet* options) override {
    options->Add({.name = "A", .help = "A manifest ID or a build ID"}, &a_);
    options->Add({.name = "B", .help = "What it is compared with"}, &b_);
    options->Add({.name = "--manifest-id",
                  .value = "ID",
                  .help = "A manifest to compare, in place of A or B"},
                 &manifest_ids_);
    options->Add({.name = "--platform",
                  .value = "OS/ARCH",
                  .help = "Compare on this platform; default: the first that both offer"},
                 &platform_);
    options->SetFooter(
        "Manifests are compared as they are published, with the packages of their newest records;\n"
        "builds as they were recorded. '+' is only in B, '-' only in A, '~' is in both and "
        "differs.\n");
  }

  absl::StatusOr<ExitCode> Run(CliContext& context) override {
    LIF_ASSIGN_OR_RETURN(const v1::DiffBuildsRequest request, Request());
    const auto stub = v1::RecordService::NewStub(context.Channel());
    LIF_ASSIGN_OR_RETURN(
        const auto diff,
        (Call<v1::RecordService::Stub, v1::DiffBuildsRequest, v1::DiffBuildsResponse>(
            context, *stub, &v1::RecordService::Stub::DiffBuilds, request)));
    const Terminal& terminal = context.terminal;
    terminal.out(context.json() ? MessageJson(diff) : RenderDiff(diff, terminal.out_style));
    return ExitCode::kOk;
  }

 private:
  absl::StatusOr<v1::DiffBuildsRequest> Request() const {
    v1::DiffBuildsRequest request;
    std::vector<v1::DiffBuildsRequest::Side> sides;
    for (const std::string& id : manifest_ids_) sides.emplace_back().set_manifest_id(id);
    for (const std::string& name : {a_, b_}) {
      if (name.empty()) continue;
      if (IsUlid(name)) {
        sides.emplace_back().set_build_id(name);
      } else {
        sides.emplace_back().set_manifest_id(name);
      }
    }
    if (sides.size() != 2) {
      return absl::InvalidArgumentError(
          absl::StrCat("name two to compare, not ", sides.size(),
                       ": lif diff A B, each a manifest ID or a build ID"));
    }
    *request.mutable_a() = sides[0];
    *request.mutable_b() = sides[1];
    request.set_platform(platform_);
    return request;
  }

  std::string a_, b_;
  std::vector<std::string> manifest_ids_;
  std::string platform_;
};

}  // namespace

std::unique_ptr<Command> MakeDiffCommand() {
  return std::make_unique<DiffCommand>();
}

}  // namespace lif
