// lif catalog list
#include "cli/catalog_text.h"
#include "cli/commands.h"
#include "cli/json_output.h"
#include "cli/rpc.h"
#include "common/base/status_macros.h"
#include "lif/v1/catalog_service.grpc.pb.h"

namespace lif {
namespace {

class CatalogListCommand : public Command {
 public:
  std::vector<std::string> Path() const override { return {"catalog", "list"}; }
  std::string Summary() const override { return "List the published manifests"; }

  void AddOptions(OptionSet* options) override {
    options->Add({.name = "--match", .value = "GLOB", .help = "With such an ID: '*' and '?'"},
                 &match_);
    options->Add({.name = "--module", .value = "NAME[@VERSION]", .help = "With this module"},
                 &module_);
    options->Add({.name = "--base", .value = "NAME", .help = "On this base"}, &base_);
  }

  absl::StatusOr<ExitCode> Run(CliContext& context) override {
    const auto stub = v1::CatalogService::NewStub(context.Channel());
    v1::ListManifestsRequest request;
    request.set_match(match_);
    request.set_module(module_);
    request.set_base(base_);
    request.set_page_size(1000);
    v1::ListManifestsResponse all;
    do {
      request.set_page_token(all.next_page_token());
      LIF_ASSIGN_OR_RETURN(
          const v1::ListManifestsResponse page,
          (Call<v1::CatalogService::Stub, v1::ListManifestsRequest, v1::ListManifestsResponse>(
              context, *stub, &v1::CatalogService::Stub::ListManifests, request)));
      all.mutable_manifests()->MergeFrom(page.manifests());
      all.set_next_page_token(page.next_page_token());
    } while (!all.next_page_token().empty());
    const Terminal& terminal = context.terminal;
    if (context.json()) {
      terminal.out(MessageJson(all));
    } else if (all.manifests_size() > 0) {
      terminal.out(RenderManifestList(all.manifests(), terminal.out_style, terminal.out_width));
    } else if (match_.empty() && module_.empty() && base_.empty()) {
      terminal.err("nothing is published yet\npublish a catalog with: lif catalog publish DIR\n");
    } else {
      terminal.err("no published manifest matches\n");
    }
    return ExitCode::kOk;
  }

 private:
  std::string match_, module_, base_;
};

}  // namespace

std::unique_ptr<Command> MakeCatalogListCommand() {
  return std::make_unique<CatalogListCommand>();
}

}  // namespace lif
