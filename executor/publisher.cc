#include "executor/publisher.h"

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

constexpr absl::Duration kConfirmWait = absl::Seconds(10);
constexpr absl::Duration kLockWait = absl::Minutes(1);
constexpr absl::Duration kTagDeadline = absl::Minutes(2);

// Whether the tag belongs to this record. Asked under the lock, so that of two executors the one
// with the newer record comes last or not at all.
absl::StatusOr<bool> IsNewest(RecordReader& records, const Record& record) {
  LIF_ASSIGN_OR_RETURN(const std::vector<KeyHistory> histories, records.LookUp({record.build_key}));
  if (histories.empty() || !histories.front().effective.has_value() ||
      histories.front().effective->build_id != record.build_id) {
    return false;
  }
  RecordFilter filter;
  filter.manifest_id = record.manifest_id;
  filter.platform = record.platform;
  filter.outcome = Outcome::kCompatible;
  filter.kind = JobKind::kImage;
  filter.effective_only = true;
  filter.limit = 1;
  LIF_ASSIGN_OR_RETURN(const std::vector<Record> newest, records.ListRecords(filter));
  return newest.empty() || newest.front().build_id <= record.build_id;
}

absl::Status MoveTag(const Services& services, const HeldLease& lease, const Record& record,
                     const std::string& tag) {
  LIF_ASSIGN_OR_RETURN(const bool newest, IsNewest(services.records, record));
  if (!newest) return absl::OkStatus();
  LIF_RETURN_IF_ERROR(services.leases.Confirm(lease, kConfirmWait));
  return services.registry.Tag(record.image, tag, kTagDeadline, lease.settle_stop());
}

}  // namespace

absl::Status Publish(const Services& services, const HeldLease& lease, const Record& record) {
  // Tags of layers and of indexes move where these are made.
  if (record.kind != JobKind::kImage) return absl::OkStatus();
  if (record.outcome != Outcome::kCompatible) return absl::OkStatus();
  for (const std::string& tag : record.tags) {
    LIF_RETURN_IF_ERROR(services.fleet_lock.WithLock(absl::StrCat("tag:", tag), kLockWait, [&] {
      return MoveTag(services, lease, record, tag);
    }));
  }
  return absl::OkStatus();
}

}  // namespace lif
