// lif catalog show
#include "absl/strings/str_cat.h"
#include "cli/catalog_text.h"
#include "cli/commands.h"
#include "cli/json_output.h"
#include "cli/rpc.h"
#include "common/base/status_macros.h"
#include "lif/v1/catalog_service.grpc.pb.h"

namespace lif {
namespace {

class CatalogShowCommand : public Command {
 public:
  std::vector<std::string> Path() const override { return {"catalog", "show"}; }
  std::string Summary() const override {
    return "Show a published manifest with all that it pins, or a module";
  }

  void AddOptions(OptionSet* options) override {
    options->Add({.name = "--manifest-id", .value = "ID", .help = "This manifest"}, &manifest_id_);
    options->Add({.name = "--module", .value = "NAME@VERSION", .help = "This module"}, &module_);
  }

  absl::StatusOr<ExitCode> Run(CliContext& context) override {
    if (manifest_id_.empty() == module_.empty()) {
      return absl::InvalidArgumentError("name one: --manifest-id ID or --module NAME@VERSION");
    }
    return module_.empty() ? ShowManifest(context) : ShowModule(context);
  }

 private:
  absl::StatusOr<ExitCode> ShowManifest(CliContext& context) const {
    const auto stub = v1::CatalogService::NewStub(context.Channel());
    v1::GetManifestRequest request;
    request.set_manifest_id(manifest_id_);
    LIF_ASSIGN_OR_RETURN(
        const auto reply,
        (Call<v1::CatalogService::Stub, v1::GetManifestRequest, v1::GetManifestResponse>(
            context, *stub, &v1::CatalogService::Stub::GetManifest, request)));
    const Terminal& terminal = context.terminal;
    terminal.out(context.json() ? MessageJson(reply)
                                : RenderManifest(reply, terminal.out_style, terminal.out_width));
    return ExitCode::kOk;
  }

  absl::StatusOr<ExitCode> ShowModule(CliContext& context) const {
    const size_t at = module_.find('@');
    if (at == std::string::npos || at == 0 || at + 1 == module_.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--module: '", module_, "' should be NAME@VERSION, such as nginx@1.0.0"));
    }
    const auto stub = v1::CatalogService::NewStub(context.Channel());
    v1::GetModuleRequest request;
    request.set_name(module_.substr(0, at));
    request.set_version(module_.substr(at + 1));
    LIF_ASSIGN_OR_RETURN(
        const auto reply,
        (Call<v1::CatalogService::Stub, v1::GetModuleRequest, v1::GetModuleResponse>(
            context, *stub, &v1::CatalogService::Stub::GetModule, request)));
    const Terminal& terminal = context.terminal;
    terminal.out(context.json() ? MessageJson(reply.module())
                                : RenderModule(reply.module(), terminal.out_style));
    return ExitCode::kOk;
  }

  std::string manifest_id_;
  std::string module_;
};

}  // namespace

std::unique_ptr<Command> MakeCatalogShowCommand() {
  return std::make_unique<CatalogShowCommand>();
}

}  // namespace lif
