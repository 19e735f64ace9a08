// lif records show
#include "cli/artifacts.h"
#include "cli/build_ref.h"
#include "cli/commands.h"
#include "cli/json_output.h"
#include "cli/record_text.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

class RecordsShowCommand : public Command {
 public:
  std::vector<std::string> Path() const override { return {"records", "show"}; }
  std::string Summary() const override { return "Show all of one record"; }
  void AddOptions(OptionSet* options) override { AddBuildRef(options, &ref_); }

  absl::StatusOr<ExitCode> Run(CliContext& context) override {
    const auto channel = context.Channel();
    LIF_ASSIGN_OR_RETURN(const std::string id, ResolveBuildId(context, channel, ref_));
    LIF_ASSIGN_OR_RETURN(const v1::Record record, GetRecord(context, channel, id));
    const Terminal& terminal = context.terminal;
    terminal.out(context.json() ? MessageJson(record)
                                : RenderRecord(record, terminal.out_style, context.clock->Now(),
                                               terminal.out_width));
    return ExitCode::kOk;
  }

 private:
  BuildRef ref_;
};

}  // namespace

std::unique_ptr<Command> MakeRecordsShowCommand() {
  return std::make_unique<RecordsShowCommand>();
}

}  // namespace lif
