// lif logs
#include "absl/strings/str_cat.h"
#include "cli/build_ref.h"
#include "cli/commands.h"
#include "cli/json_output.h"
#include "cli/rpc.h"
#include "common/base/backoff.h"
#include "common/base/grpc_status.h"
#include "common/base/status_macros.h"
#include "lif/v1/build_service.grpc.pb.h"

namespace lif {
namespace {

constexpr absl::Duration kStreamDeadline = absl::Minutes(2);  // then it is opened anew
constexpr absl::Duration kPatience = absl::Minutes(5);        // without an answer
constexpr BackoffPolicy kBackoff{absl::Milliseconds(200), absl::Seconds(3), 2.0};

class LogsCommand : public Command {
 public:
  std::vector<std::string> Path() const override { return {"logs"}; }
  std::string Summary() const override { return "Print the log of a build"; }

  void AddOptions(OptionSet* options) override {
    AddBuildRef(options, &ref_);
    options->Add({.name = "-f,--follow", .help = "Wait for more until the build is over"},
                 &follow_);
    options->Add({.name = "--offset",
                  .value = "BYTES",
                  .help = "Begin at this byte; from any replica it gives the same bytes"},
                 &offset_);
    options->SetFooter(
        "The log is what the build and its tests print. With --output json each line is an object "
        "with the\noffset and the text of a piece.\n");
  }

  absl::StatusOr<ExitCode> Run(CliContext& context) override {
    auto channel = context.Channel();
    LIF_ASSIGN_OR_RETURN(const std::string id, ResolveBuildId(context, channel, ref_));
    if (offset_ < 0) return absl::InvalidArgumentError("--offset: write 0 or more");
    int64_t offset = offset_;
    int failures = 0;
    absl::Duration last_answer = context.clock->Steady();
    while (true) {
      const int64_t before = offset;
      bool end = false;
      const absl::Status status = ReadSome(context, channel, id, &offset, &end);
      if (end) return ExitCode::kOk;
      if (context.interrupt.stop_requested()) return ExitCode::kInterrupted;
      if (offset > before || (absl::IsDeadlineExceeded(status) && failures == 0)) {
        last_answer = context.clock->Steady();
        failures = 0;
      }
      const bool away = absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
      const bool first = offset == offset_ && failures == 0 && absl::IsUnavailable(status);
      if (!status.ok() && (!away || first || context.clock->Steady() - last_answer > kPatience)) {
        return status;
      }
      if (absl::IsUnavailable(status)) {
        if (failures == 0) context.terminal.err("! the control plane went away; trying again\n");
        context.clock->Sleep(kBackoff.Delay(failures++, 0.5), context.interrupt);
        channel = context.Channel();  // another replica may answer
      }
    }
  }

 private:
  // One stream; advances `offset` over what was printed. `end`: there is no more.
  absl::Status ReadSome(CliContext& context, const std::shared_ptr<grpc::Channel>& channel,
                        const std::string& id, int64_t* offset, bool* end) const {
    v1::StreamBuildLogRequest request;
    request.set_build_id(id);
    request.set_offset(*offset);
    request.set_follow(follow_);
    const auto stub = v1::BuildService::NewStub(channel);
    CallContext call(kStreamDeadline, context.interrupt);
    const auto stream = stub->StreamBuildLog(call.get(), request);
    v1::StreamBuildLogResponse piece;
    while (stream->Read(&piece)) {
      if (piece.offset() > *offset) {
        context.terminal.err(
            absl::StrCat("! ", piece.offset() - *offset, " bytes of the log are gone\n"));
      }
      Print(context, piece);
      *offset = piece.offset() + static_cast<int64_t>(piece.data().size());
      *end = piece.end();
    }
    const absl::Status status = RpcStatus(stream->Finish(), context);
    if (status.ok()) *end = true;
    return status;
  }

  static void Print(const CliContext& context, const v1::StreamBuildLogResponse& piece) {
    const Terminal& terminal = context.terminal;
    if (context.json()) {
      terminal.out(MessageJsonLine(piece));
    } else if (terminal.out_width > 0) {
      // A log is what strangers' programs print: it must not steer the terminal.
      terminal.out(SafeForTerminal(piece.data(), terminal.out_style));
    } else {
      terminal.out(piece.data());
    }
  }

  BuildRef ref_;
  bool follow_ = false;
  int offset_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakeLogsCommand() {
  return std::make_unique<LogsCommand>();
}

}  // namespace lif
