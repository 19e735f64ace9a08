// The columns of `records` as reader and writer share them.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/postgres/sql.h"
#include "common/records/record.h"

namespace lif {

// For "SELECT … FROM records r"; RecordAt reads rows of it.
std::string RecordColumns();
// DATA_LOSS when a column holds what no writer of ours writes.
absl::StatusOr<Record> RecordAt(const SqlRows& rows, int row);

// {"build": 1500000}: stage → µs.
std::string StagesToJson(const std::map<std::string, absl::Duration>& stages);
absl::StatusOr<std::map<std::string, absl::Duration>> StagesFromJson(const std::string& text);

}  // namespace lif
