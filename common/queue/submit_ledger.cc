#include "common/queue/submit_ledger.h"

#include <utility>

namespace lif {

void SubmitLedger::Remember(const QueueStamp& stamp, const SubmitRequest& request, absl::Time now) {
  MutexLock lock(&mutex_);
  jobs_ += request.jobs.size();
  entries_.push_back({stamp, request, now});
  Trim(now);
}

void SubmitLedger::Trim(absl::Time now) {
  while (!entries_.empty() && (jobs_ > limits_.jobs || now - entries_.front().at > limits_.kept)) {
    jobs_ -= entries_.front().request.jobs.size();
    entries_.pop_front();
  }
}

void SubmitLedger::Forget(const std::string& build_id) {
  MutexLock lock(&mutex_);
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    // One of many stays: others of the request may need it.
    if (entry->request.jobs.size() != 1 || entry->request.jobs[0].build_id != build_id) continue;
    jobs_ -= 1;
    entries_.erase(entry);
    return;
  }
}

std::vector<SubmitLedger::Entry> SubmitLedger::TakeLost(const QueueLineage& lineage, size_t limit,
                                                        absl::Time now) {
  MutexLock lock(&mutex_);
  Trim(now);
  std::vector<Entry> lost;
  std::deque<Entry> kept;
  for (Entry& entry : entries_) {
    // Every stamp of the present epoch is in the data: a fence saw it there.
    const bool gone = entry.stamp.epoch != lineage.now().epoch && lost.size() < limit &&
                      lineage.LostUpTo(entry.stamp) > 0;
    if (!gone) {
      kept.push_back(std::move(entry));
      continue;
    }
    jobs_ -= entry.request.jobs.size();
    if (now - entry.at <= limits_.kept) lost.push_back(std::move(entry));
  }
  entries_ = std::move(kept);
  return lost;
}

void SubmitLedger::PutBack(Entry entry) {
  MutexLock lock(&mutex_);
  jobs_ += entry.request.jobs.size();
  entries_.push_back(std::move(entry));
}

}  // namespace lif
