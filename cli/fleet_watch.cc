#include "cli/fleet_watch.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/fleet_text.h"
#include "cli/json_output.h"
#include "cli/live_area.h"
#include "cli/rpc.h"
#include "cli/text.h"
#include "common/base/backoff.h"
#include "common/base/status_macros.h"
#include "lif/v1/fleet_service.grpc.pb.h"

namespace lif {
namespace {

constexpr absl::Duration kStreamDeadline = absl::Minutes(2);  // then it is opened anew
constexpr absl::Duration kPatience = absl::Minutes(5);        // without an answer
constexpr BackoffPolicy kBackoff{absl::Milliseconds(200), absl::Seconds(3), 2.0};

// Lines of `text`, cut to what the terminal holds.
std::vector<std::string> Screen(const std::string& text, const Terminal& terminal) {
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  const size_t height = terminal.err_height > 3 ? terminal.err_height - 2 : 1;
  if (lines.size() > height) lines.resize(height);
  return lines;
}

class View {
 public:
  explicit View(CliContext& context) : context_(context), area_(context.terminal.err) {}

  void Show(const v1::Summary& summary) {
    const Terminal& terminal = context_.terminal;
    if (context_.json()) {
      terminal.out(MessageJsonLine(summary));
    } else if (terminal.err_is_terminal) {
      const size_t width = terminal.err_width > 1 ? terminal.err_width - 1 : 79;
      area_.Draw(Screen(RenderSummary(summary, terminal.err_style, context_.clock->Now(), width),
                        terminal));
    } else {
      terminal.out(changes_.Apply(summary));
    }
  }

  void Say(const std::string& line) {
    area_.Draw({});
    context_.terminal.err(line);
  }

 private:
  CliContext& context_;
  LiveArea area_;
  FleetChanges changes_;
};

// One stream to its end; how many summaries it brought.
int ReadStream(CliContext& context, absl::Duration period, View* view, bool was_lost,
               absl::Status* status) {
  const auto stub = v1::FleetService::NewStub(context.Channel());
  v1::WatchSummaryRequest request;
  request.mutable_period()->set_seconds(absl::ToInt64Seconds(period));
  CallContext call(kStreamDeadline, context.interrupt);
  const auto stream = stub->WatchSummary(call.get(), request);
  v1::WatchSummaryResponse response;
  int brought = 0;
  while (stream->Read(&response)) {
    if (brought++ == 0 && was_lost) view->Say("it answers again\n");
    view->Show(response.summary());
  }
  *status = RpcStatus(stream->Finish(), context);
  return brought;
}

}  // namespace

bool FleetChanges::Differs(const std::string& what, const std::string& text) {
  const auto [entry, added] = last_.try_emplace(what, text);
  if (added) return true;
  if (entry->second == text) return false;
  entry->second = text;
  return true;
}

std::string FleetChanges::Apply(const v1::Summary& summary) {
  std::vector<std::pair<std::string, std::string>> now;
  const v1::QueueCounts& queue = summary.queue();
  now.emplace_back("queue",
                   absl::StrCat(queue.ready(), " ready, ", queue.running(), " running, ",
                                queue.waiting(), " waiting, ", queue.delayed(), " delayed, ",
                                queue.dead_letters().value(), " dead letters"));
  now.emplace_back("executors", absl::StrCat(summary.executors(), " alive, ", summary.slots_busy(),
                                             " of ", summary.slots(), " slots busy"));
  for (const v1::StoreStatus& store : summary.stores()) {
    now.emplace_back("store " + store.name(), store.ok() ? "ok" : store.message());
  }
  for (const v1::Build& build : summary.recent()) {
    const std::string outcome(OutcomeText(build.outcome()));
    now.emplace_back(
        absl::StrCat("build ", build.build_id(), " ", build.manifest_id(), " ", build.platform()),
        !outcome.empty() ? outcome
                         : absl::StrCat(std::string(StateText(build.state())),
                                        build.stage().empty() ? "" : ", " + build.stage()));
  }
  std::string lines;
  const std::string at = TimeText(TimeOf(summary.at()));
  std::map<std::string, std::string> seen;  // builds leave the list: what is not there is forgotten
  for (const auto& [what, text] : now) {
    if (Differs(what, text)) absl::StrAppend(&lines, at, "  ", what, ": ", text, "\n");
    seen[what] = text;
  }
  last_ = std::move(seen);
  return lines;
}

absl::StatusOr<ExitCode> WatchFleet(CliContext& context, absl::Duration period) {
  if (period < absl::Seconds(1) || period > absl::Minutes(1)) {
    return absl::InvalidArgumentError("--period: write 1s to 60s");
  }
  View view(context);
  int failures = 0;
  bool ever = false;
  absl::Duration last_answer = context.clock->Steady();
  while (!context.interrupt.stop_requested()) {
    absl::Status status;
    if (ReadStream(context, period, &view, failures > 0, &status) > 0) {
      ever = true;
      failures = 0;
      last_answer = context.clock->Steady();
      if (absl::IsDeadlineExceeded(status)) continue;  // our own deadline of a healthy stream
    }
    if (context.interrupt.stop_requested()) break;
    const bool away = status.ok() || absl::IsUnavailable(status) ||
                      absl::IsDeadlineExceeded(status) || absl::IsResourceExhausted(status);
    const bool give_up = context.clock->Steady() - last_answer > kPatience;
    if (!ever || !away || give_up) {
      return status.ok() ? absl::UnavailableError("the stream ended early") : status;
    }
    if (failures == 0) view.Say("! the control plane went away; trying again\n");
    context.clock->Sleep(kBackoff.Delay(failures++, 0.5), context.interrupt);
  }
  return ExitCode::kOk;  // Ctrl-C is how one leaves it
}

}  // namespace lif
