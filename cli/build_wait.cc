#include "cli/build_wait.h"

#include "absl/strings/str_cat.h"
#include "cli/live_area.h"
#include "cli/progress_board.h"
#include "cli/text.h"

namespace lif {
namespace {

constexpr absl::Duration kFrame = absl::Milliseconds(100);
constexpr size_t kMostLive = 12;  // lines redrawn in place

// How to go on with builds that are left to themselves.
std::string HowToFollow(const std::vector<v1::SubmittedBuild>& builds) {
  const std::string id = builds.size() == 1 ? builds.front().build_id() : "BUILD_ID";
  return absl::StrCat("follow with: lif status ", id, "  or: lif logs -f ", id,
                      "\nstop with:   lif cancel ", id);
}

class Wait {
 public:
  Wait(CliContext& context, const std::vector<v1::SubmittedBuild>& builds,
       const BuildWaitOptions& options)
      : context_(context),
        builds_(builds),
        options_(options),
        board_({context.terminal.err_style, context.terminal.err_is_terminal,
                context.terminal.err_width}),
        area_(context.terminal.err),
        started_(context.clock->Steady()) {
    for (const v1::SubmittedBuild& build : builds) board_.Add(build, started_);
  }

  absl::Status Run(UpdateSource& watch) {
    watch.Start();
    while (true) {
      const absl::Duration now = context_.clock->Steady();
      if (context_.interrupt.stop_requested() && !options_.ends_with_us) {
        return Leave(absl::StatusCode::kCancelled, "interrupted");
      }
      if (now - started_ > options_.timeout) {
        return Leave(absl::StatusCode::kDeadlineExceeded,
                     absl::StrCat("not over after ", DurationText(options_.timeout)));
      }
      const auto update = watch.Next(kFrame);
      if (!update) {
        Redraw("");
        continue;
      }
      if (update->kind == WatchUpdate::Kind::kEnd) {
        area_.Draw({});
        if (update->status.ok() || options_.ends_with_us) return update->status;
        return GiveUp(update->status);
      }
      Redraw(LinesOf(*update));
    }
  }

 private:
  std::string LinesOf(const WatchUpdate& update) {
    const Style& style = context_.terminal.err_style;
    switch (update.kind) {
      case WatchUpdate::Kind::kEvent:
        return board_.Apply(update.event, context_.clock->Steady());
      case WatchUpdate::Kind::kLost:
        return absl::StrCat(style.Paint(Tone::kWarn, "!"), " the control plane at ",
                            context_.server.address, " went away; builds go on. Trying again for ",
                            DurationText(options_.limits.reconnect), ".\n");
      case WatchUpdate::Kind::kFound:
        return absl::StrCat(style.Paint(Tone::kGood, style.Tick()), " it answers again\n");
      case WatchUpdate::Kind::kEnd:
        break;
    }
    return "";
  }

  void Redraw(const std::string& lines) {
    if (!context_.terminal.err_is_terminal) {
      if (!lines.empty()) context_.terminal.err(lines);
      return;
    }
    const size_t width = context_.terminal.err_width > 1 ? context_.terminal.err_width - 1 : 79;
    area_.Update(lines, board_.Live(context_.clock->Steady(), width, kMostLive));
  }

  absl::Status Leave(absl::StatusCode code, const std::string& why) {
    area_.Draw({});
    return absl::Status(
        code,
        absl::StrCat(why, "; ", builds_.size() == 1 ? "the build goes on" : "the builds go on",
                     "\n", HowToFollow(builds_)));
  }

  absl::Status GiveUp(const absl::Status& status) {
    return absl::Status(status.code(),
                        absl::StrCat(std::string(status.message()), "\n", HowToFollow(builds_)));
  }

  CliContext& context_;
  const std::vector<v1::SubmittedBuild>& builds_;
  const BuildWaitOptions options_;
  ProgressBoard board_;
  LiveArea area_;
  const absl::Duration started_;
};

}  // namespace

absl::Status WaitForBuilds(CliContext& context, const std::shared_ptr<grpc::Channel>& channel,
                           const std::vector<v1::SubmittedBuild>& builds,
                           const BuildWaitOptions& options) {
  std::vector<std::string> ids;
  for (const v1::SubmittedBuild& build : builds) ids.push_back(build.build_id());
  BuildWatch watch(&context, channel, std::move(ids), options.limits);
  return FollowBuilds(context, builds, options, watch);
}

absl::Status FollowBuilds(CliContext& context, const std::vector<v1::SubmittedBuild>& builds,
                          const BuildWaitOptions& options, UpdateSource& updates) {
  return Wait(context, builds, options).Run(updates);
}

}  // namespace lif
