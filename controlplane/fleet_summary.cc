#include "controlplane/fleet_summary.h"

#include <utility>

#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "common/blobs/blob_probe.h"

namespace lif {
namespace {

constexpr absl::Duration kCountsAge = absl::Seconds(30);
constexpr int kRecent = 20;
constexpr int kManifestPage = 1000;
constexpr int kMaxManifestPages = 20;
constexpr int kRecordPage = 500;
constexpr int kMaxRecordPages = 10;

void Count(Outcome outcome, OutcomeCounts* counts) {
  switch (outcome) {
    case Outcome::kCompatible:
      ++counts->compatible;
      return;
    case Outcome::kIncompatible:
      ++counts->incompatible;
      return;
    case Outcome::kFailed:
      ++counts->failed;
      return;
    case Outcome::kError:
      ++counts->error;
      return;
    case Outcome::kCancelled:
      ++counts->cancelled;
      return;
  }
}

absl::StatusOr<int64_t> CountManifests(CatalogReader& catalog) {
  ManifestFilter filter;
  filter.limit = kManifestPage;
  int64_t count = 0;
  for (int page = 0; page < kMaxManifestPages; ++page) {
    LIF_ASSIGN_OR_RETURN(const ManifestPage manifests, catalog.ListManifests(filter));
    count += static_cast<int64_t>(manifests.manifests.size());
    if (manifests.next.empty()) break;
    filter.after = manifests.next;
  }
  return count;
}

// Build IDs are ULIDs, which sort by the time of the submit.
absl::StatusOr<OutcomeCounts> CountOutcomes(RecordReader& records, absl::Time since) {
  const std::string oldest = NewUlid(since).substr(0, 10);  // the time's characters
  OutcomeCounts counts;
  RecordFilter filter;
  filter.limit = kRecordPage;
  for (int page = 0; page < kMaxRecordPages; ++page) {
    LIF_ASSIGN_OR_RETURN(const std::vector<Record> batch, records.ListRecords(filter));
    for (const Record& record : batch) {
      if (record.build_id.substr(0, 10) < oldest) return counts;
      Count(record.outcome, &counts);
    }
    if (batch.size() < kRecordPage) break;
    filter.before_build_id = batch.back().build_id;
  }
  return counts;
}

}  // namespace

absl::Status FleetSummaryReader::ReadQueue(FleetSummary* summary) const {
  LIF_ASSIGN_OR_RETURN(summary->pools, seams_.queue.ListPools());
  LIF_ASSIGN_OR_RETURN(summary->executors, seams_.queue.ListExecutors());
  LIF_ASSIGN_OR_RETURN(summary->totals, seams_.admin.CountTotals());
  return absl::OkStatus();
}

FleetSummary FleetSummaryReader::Read() {
  FleetSummary summary;
  summary.at = seams_.clock.Now();
  const absl::Status queue = ReadQueue(&summary);
  absl::StatusOr<Counts> counts = CountsNow();
  if (counts.ok()) {
    summary.manifests = counts->manifests;
    summary.last_day = counts->last_day;
    summary.reuse = counts->reuse;
  }
  absl::Status postgres = counts.status();
  if (queue.ok() && postgres.ok()) {
    BuildFilter newest;
    newest.limit = kRecent;
    absl::StatusOr<BuildPage> page = BuildReader(seams_.queue, seams_.records).List(newest);
    if (page.ok()) summary.recent = std::move(page->builds);
    postgres = page.status();
  }
  summary.stores = {{"redis", queue}, {"postgres", postgres}, {"blobs", ProbeBlobs(seams_.blobs)}};
  return summary;
}

absl::StatusOr<FleetSummaryReader::Counts> FleetSummaryReader::CountsNow() {
  const absl::Duration now = seams_.clock.Steady();
  {
    absl::MutexLock lock(&mutex_);
    if (counts_ && now - counted_at_ < kCountsAge) return *counts_;
  }
  LIF_ASSIGN_OR_RETURN(const Counts counts, CountRows());
  absl::MutexLock lock(&mutex_);
  counts_ = counts;
  counted_at_ = now;
  return counts;
}

absl::StatusOr<FleetSummaryReader::Counts> FleetSummaryReader::CountRows() const {
  Counts counts;
  LIF_ASSIGN_OR_RETURN(counts.manifests, CountManifests(seams_.catalog));
  LIF_ASSIGN_OR_RETURN(counts.last_day,
                       CountOutcomes(seams_.records, seams_.clock.Now() - absl::Hours(24)));
  LIF_ASSIGN_OR_RETURN(counts.reuse, seams_.past.SumReuse());
  return counts;
}

}  // namespace lif
