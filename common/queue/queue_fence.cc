#include "common/queue/queue_fence.h"

#include <algorithm>

namespace lif {

QueueStamp QueueFence::newest() const {
  MutexLock lock(&mutex_);
  return newest_;
}

QueueLineage QueueFence::lineage() const {
  MutexLock lock(&mutex_);
  return lineage_;
}

bool QueueFence::Observe(const QueueStamp& floor, const QueueStamp& answer) {
  MutexLock lock(&mutex_);
  if (answer.epoch != newest_.epoch) return true;
  if (answer.epoch == floor.epoch && answer.number < floor.number) return true;
  newest_.number = std::max(newest_.number, answer.number);
  return false;
}

int64_t QueueFence::Settle(const QueueLineage& lineage, const QueueStamp& remembered,
                           const QueueStamp& answer) {
  MutexLock lock(&mutex_);
  const int64_t lost = std::max(lineage.LostUpTo(remembered), lineage.LostUpTo(answer));
  // Others may have seen more of the same epoch since the lineage was read.
  if (lost > 0 || newest_.epoch != lineage.now().epoch) newest_ = lineage.now();
  lineage_ = lineage;
  lost_ += lost;
  return lost;
}

int64_t QueueFence::TakeLost() {
  MutexLock lock(&mutex_);
  const int64_t lost = lost_;
  lost_ = 0;
  return lost;
}

}  // namespace lif
