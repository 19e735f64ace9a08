// What the queue's data descends from, and whether a write that was acknowledged is still in it;
// functions/epoch.lua keeps it. Pure values.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace lif {

// Under which an answer came: how many writes the queue had acknowledged by then. An epoch is the
// time of one server: a restart or a failover begins the next.
struct QueueStamp {
  std::string epoch;  // "" of a queue that was never written to
  int64_t number = 0;
};

class QueueLineage {
 public:
  QueueLineage() = default;
  // "epoch:number it began at;…", oldest first. INTERNAL for anything else.
  static absl::StatusOr<QueueLineage> Parse(const std::string& text, const QueueStamp& now);

  const QueueStamp& now() const { return now_; }
  // How many of the writes that were acknowledged up to `stamp` are gone; 0 for none. All of them
  // when its epoch is unknown: the data comes from before it, or from elsewhere.
  int64_t LostUpTo(const QueueStamp& stamp) const;

 private:
  std::vector<std::pair<std::string, int64_t>> epochs_;
  QueueStamp now_;
};

}  // namespace lif
