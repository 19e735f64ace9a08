// lif prewarm: builds the stable layers of many manifests ahead of need.
#include "absl/strings/str_cat.h"
#include "cli/account_options.h"
#include "cli/commands.h"
#include "cli/json_output.h"
#include "cli/prewarm_text.h"
#include "cli/rpc.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "lif/v1/build_service.grpc.pb.h"

namespace lif {
namespace {

constexpr absl::Duration kPrewarmDeadline = absl::Seconds(60);

class PrewarmCommand : public Command {
 public:
  std::vector<std::string> Path() const override { return {"prewarm"}; }
  std::string Summary() const override {
    return "Build the stable layers that most manifests stand on";
  }

  void AddOptions(OptionSet* options) override {
    options->Add({.name = "--all", .help = "Of every published manifest"}, &all_);
    options->Add(
        {.name = "--match", .value = "GLOB", .help = "Of manifests with such an ID: '*', '?'"},
        &match_);
    options->Add({.name = "--base", .value = "NAME", .help = "Of manifests on this base"}, &base_);
    options->Add({.name = "--platform",
                  .value = "OS/ARCH",
                  .help = "On this platform; without it all that are offered"},
                 &platforms_);
    options->Add({.name = "--limit",
                  .value = "N",
                  .help = "At most so many stacks, best ranked first; 0: all"},
                 &limit_);
    options->Add({.name = "--dry-run", .help = "Show what would be built; queue nothing"},
                 &dry_run_);
    AddAccountOptions(options, &account_);
    options->SetFooter(
        "A stack is a base with its stable layers. Those rank first that many manifests stand on "
        "and that\ntake long to build: manifests x cost, from past durations.\n");
  }

  absl::StatusOr<ExitCode> Run(CliContext& context) override {
    if (all_ != (match_.empty() && base_.empty())) {
      return absl::InvalidArgumentError(
          "name manifests: --all, or --match GLOB and --base NAME, one or both");
    }
    if (limit_ < 0) {
      return absl::InvalidArgumentError(absl::StrCat("--limit: '", limit_, "' is below 0"));
    }
    const auto stub = v1::BuildService::NewStub(context.Channel());
    LIF_ASSIGN_OR_RETURN(
        const auto reply,
        (Call<v1::BuildService::Stub, v1::PrewarmRequest, v1::PrewarmResponse>(
            context, *stub, &v1::BuildService::Stub::Prewarm, Request(context), kPrewarmDeadline)));
    const Terminal& terminal = context.terminal;
    for (const std::string& warning : reply.warnings()) {
      terminal.err(
          absl::StrCat(terminal.err_style.Paint(Tone::kWarn, "warning:"), " ", warning, "\n"));
    }
    terminal.out(context.json()
                     ? MessageJson(reply)
                     : RenderPrewarm(reply, dry_run_, terminal.out_style, terminal.out_width));
    return ExitCode::kOk;
  }

 private:
  v1::PrewarmRequest Request(const CliContext& context) const {
    v1::PrewarmRequest request;
    request.set_match(match_);
    request.set_base(base_);
    for (const std::string& platform : platforms_) request.add_platforms(platform);
    request.set_limit(limit_);
    request.set_tenant(account_.tenant);
    request.set_priority(account_.priority);
    request.set_validate_only(dry_run_);
    request.set_request_id(NewUlid(context.clock->Now()));
    return request;
  }

  bool all_ = false;
  bool dry_run_ = false;
  std::string match_, base_;
  std::vector<std::string> platforms_;
  Account account_;
  int limit_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakePrewarmCommand() {
  return std::make_unique<PrewarmCommand>();
}

}  // namespace lif
