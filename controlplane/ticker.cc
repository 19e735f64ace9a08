#include "controlplane/ticker.h"

#include <utility>

namespace lif {

Ticker::Ticker(JobQueue& queue, Clock& clock, Logger logger, absl::Duration period,
               std::function<void(const TickResult&)> ticked)
    : queue_(queue),
      clock_(clock),
      logger_(std::move(logger)),
      period_(period),
      ticked_(std::move(ticked)),
      turned_ms_(absl::ToInt64Milliseconds(clock.Steady())),
      thread_([this](std::stop_token stop) { Loop(stop); }) {}

void Ticker::Loop(std::stop_token stop) {
  while (clock_.Sleep(period_, stop)) {
    Report(queue_.Tick());
    turned_ms_ = absl::ToInt64Milliseconds(clock_.Steady());
  }
}

absl::Duration Ticker::SinceTurn() const {
  return clock_.Steady() - absl::Milliseconds(turned_ms_.load());
}

// A queue that is away is told once, and once when it is back.
void Ticker::Report(const absl::StatusOr<TickResult>& result) {
  if (!result.ok()) {
    if (!away_) logger_.Warn("queue maintenance fails", {{"error", result.status()}});
    away_ = true;
    return;
  }
  if (away_) logger_.Info("queue maintenance works again");
  away_ = false;
  if (ticked_) ticked_(*result);
  if (result->writes_lost > 0 || result->resubmitted > 0) {
    logger_.Error("queue came back from an older state",
                  {{"writes_lost", result->writes_lost}, {"resubmitted", result->resubmitted}});
  }
  if (result->reaped > 0 || result->dead_lettered > 0) {
    logger_.Warn("leases ran out",
                 {{"jobs", result->reaped}, {"dead_lettered", result->dead_lettered}});
  }
  if (result->expired > 0) logger_.Info("builds expired unbegun", {{"jobs", result->expired}});
}

}  // namespace lif
