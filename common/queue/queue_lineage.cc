#include "common/queue/queue_lineage.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace lif {

absl::StatusOr<QueueLineage> QueueLineage::Parse(const std::string& text, const QueueStamp& now) {
  QueueLineage lineage;
  lineage.now_ = now;
  const std::vector<std::string> parts = absl::StrSplit(text, ';', absl::SkipEmpty());
  for (const std::string& part : parts) {
    const std::vector<std::string> fields = absl::StrSplit(part, ':');
    int64_t began = 0;
    if (fields.size() != 2 || !absl::SimpleAtoi(fields[1], &began) || began < 0) {
      return absl::InternalError(absl::StrCat("corrupt lineage of the queue: '", text, "'"));
    }
    lineage.epochs_.emplace_back(fields[0], began);
  }
  return lineage;
}

int64_t QueueLineage::LostUpTo(const QueueStamp& stamp) const {
  if (stamp.number == 0) return 0;
  if (stamp.epoch == now_.epoch) return std::max<int64_t>(0, stamp.number - now_.number);
  for (size_t i = 0; i + 1 < epochs_.size(); ++i) {
    if (epochs_[i].first == stamp.epoch) {
      return std::max<int64_t>(0, stamp.number - epochs_[i + 1].second);
    }
  }
  return stamp.number;
}

}  // namespace lif
