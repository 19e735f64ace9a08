// lif impact: what a new version of a module or base would build anew.
#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/impact_text.h"
#include "cli/json_output.h"
#include "cli/rpc.h"
#include "common/base/status_macros.h"
#include "lif/v1/catalog_service.grpc.pb.h"

namespace lif {
namespace {

// All manifests on a base are read for the totals.
constexpr absl::Duration kImpactDeadline = absl::Seconds(60);
constexpr int kPage = 1000;

class ImpactCommand : public Command {
 public:
  std::vector<std::string> Path() const override { return {"impact"}; }
  std::string Summary() const override {
    return "Show what a change of a module or base would build anew";
  }

  void AddOptions(OptionSet* options) override {
    options->Add({.name = "--module",
                  .value = "NAME[@VERSION]",
                  .help = "This module, in whatever version without one"},
                 &module_);
    options->Add({.name = "--base", .value = "NAME", .help = "This base"}, &base_);
    options->Add(
        {.name = "--limit", .value = "N", .help = "List at most so many manifests; 0: all of them"},
        &limit_);
    options->SetFooter(
        "The work is an estimate: the sum of what each layer and image took when it was last "
        "built.\n");
  }

  absl::StatusOr<ExitCode> Run(CliContext& context) override {
    if (module_.empty() == base_.empty()) {
      return absl::InvalidArgumentError("name one: --module NAME[@VERSION] or --base NAME");
    }
    if (limit_ < 0) {
      return absl::InvalidArgumentError(absl::StrCat("--limit: '", limit_, "' is below 0"));
    }
    LIF_ASSIGN_OR_RETURN(const v1::GetImpactResponse impact, Read(context));
    const Terminal& terminal = context.terminal;
    if (context.json()) {
      terminal.out(MessageJson(impact));
    } else {
      const std::string what = module_.empty() ? "base " + base_ : "module " + module_;
      terminal.out(RenderImpact(what, impact, terminal.out_style, terminal.out_width));
    }
    return ExitCode::kOk;
  }

 private:
  // The first page with the totals, and the manifests of those after it up to the limit.
  absl::StatusOr<v1::GetImpactResponse> Read(CliContext& context) const {
    const auto stub = v1::CatalogService::NewStub(context.Channel());
    v1::GetImpactRequest request;
    if (module_.empty()) {
      request.set_base(base_);
    } else {
      request.set_module(module_);
    }
    v1::GetImpactResponse all;
    for (int left = limit_; limit_ == 0 || left > 0; left -= request.page_size()) {
      request.set_page_size(limit_ == 0 ? kPage : std::min(left, kPage));
      LIF_ASSIGN_OR_RETURN(
          v1::GetImpactResponse page,
          (Call<v1::CatalogService::Stub, v1::GetImpactRequest, v1::GetImpactResponse>(
              context, *stub, &v1::CatalogService::Stub::GetImpact, request, kImpactDeadline)));
      const std::string next = page.next_page_token();
      if (request.page_token().empty()) {
        all = std::move(page);
      } else {
        all.mutable_manifests()->MergeFrom(page.manifests());
      }
      all.set_next_page_token(next);
      request.set_page_token(next);
      if (next.empty()) break;
    }
    return all;
  }

  std::string module_;
  std::string base_;
  int limit_ = 20;
};

}  // namespace

std::unique_ptr<Command> MakeImpactCommand() {
  return std::make_unique<ImpactCommand>();
}

}  // namespace lif
