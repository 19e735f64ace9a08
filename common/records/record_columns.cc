#include <nlohmann/json.hpp>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/records/record_columns_internal.h"

namespace lif {
namespace {

absl::Status Unreadable(const Record& record, std::string_view column) {
  return absl::DataLossError(absl::StrCat("the record of build ", record.build_id,
                                          " holds a value of ", std::string(column),
                                          " that this release does not know; use a newer one"));
}

FailureDetail FailureAt(const SqlRows& rows, int row, int column) {
  FailureDetail failure;
  failure.stage = rows.Text(row, column);
  failure.module_ref = rows.Text(row, column + 1);
  failure.fragment_line = static_cast<int>(rows.Int(row, column + 2));
  failure.command = rows.Text(row, column + 3);
  if (!rows.IsNull(row, column + 4)) {
    failure.exit_code = static_cast<int>(rows.Int(row, column + 4));
  }
  failure.message = rows.Text(row, column + 5);
  failure.cause_build_id = rows.Text(row, column + 6);
  return failure;
}

}  // namespace

std::string RecordColumns() {
  return absl::StrCat(
      "r.build_id, r.build_key, r.generation, r.token, r.manifest_id, r.platform, r.pool, "
      "r.executor, r.tenant, r.attempt, r.outcome, r.failure_class, r.failure_stage, "
      "r.failure_module, r.failure_line, r.failure_command, r.failure_exit_code, "
      "r.failure_message, r.cause_build_id, r.image, r.tags, r.stages, r.steps_cached, "
      "r.steps_run, ",
      MicrosOf("r.submitted_at"), ", ", MicrosOf("r.started_at"), ", ", MicrosOf("r.finished_at"),
      ", r.kind, r.base_image, r.image_size, r.bytes_pushed, r.bytes_pulled, r.bytes_unpacked, "
      "r.saved_layers, r.saved_us ");
}

absl::StatusOr<Record> RecordAt(const SqlRows& rows, int row) {
  Record record;
  record.build_id = rows.Text(row, 0);
  record.build_key = rows.Text(row, 1);
  record.generation = rows.Int(row, 2);
  record.token = rows.Int(row, 3);
  record.manifest_id = rows.Text(row, 4);
  record.platform = rows.Text(row, 5);
  record.pool = rows.Text(row, 6);
  record.executor = rows.Text(row, 7);
  record.tenant = rows.Text(row, 8);
  record.attempt = static_cast<int>(rows.Int(row, 9));
  std::optional<Outcome> outcome = ParseOutcome(rows.Text(row, 10));
  if (!outcome) return Unreadable(record, "outcome");
  record.outcome = *outcome;
  std::optional<FailureClass> failure = ParseFailureClass(rows.Text(row, 11));
  if (!failure) return Unreadable(record, "failure_class");
  record.failure = FailureAt(rows, row, 12);
  record.failure.failure = *failure;
  record.image = rows.Text(row, 19);
  record.tags = rows.Array(row, 20);
  absl::StatusOr<std::map<std::string, absl::Duration>> stages = StagesFromJson(rows.Text(row, 21));
  if (!stages.ok()) return Unreadable(record, "stages");
  record.stages = *std::move(stages);
  record.steps_cached = static_cast<int>(rows.Int(row, 22));
  record.steps_run = static_cast<int>(rows.Int(row, 23));
  record.submitted = rows.TimeMicros(row, 24);
  record.started = rows.TimeMicros(row, 25);
  record.finished = rows.TimeMicros(row, 26);
  std::optional<JobKind> kind = ParseJobKind(rows.Text(row, 27));
  if (!kind) return Unreadable(record, "kind");
  record.kind = *kind;
  record.base_image = rows.Text(row, 28);
  record.image_size = rows.Int(row, 29);
  record.bytes_pushed = rows.Int(row, 30);
  record.bytes_pulled = rows.Int(row, 31);
  record.bytes_unpacked = rows.Int(row, 32);
  record.saved_layers = static_cast<int>(rows.Int(row, 33));
  record.saved = rows.DurationMicros(row, 34);
  return record;
}

std::string StagesToJson(const std::map<std::string, absl::Duration>& stages) {
  nlohmann::json document = nlohmann::json::object();
  for (const auto& [stage, duration] : stages) {
    document[stage] = absl::ToInt64Microseconds(duration);
  }
  return document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

absl::StatusOr<std::map<std::string, absl::Duration>> StagesFromJson(const std::string& text) {
  nlohmann::json document = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object()) return absl::DataLossError("stages are no JSON object");
  std::map<std::string, absl::Duration> stages;
  for (const auto& [stage, micros] : document.items()) {
    if (!micros.is_number_integer()) return absl::DataLossError("a stage's time is no integer");
    stages[stage] = absl::Microseconds(micros.get<int64_t>());
  }
  return stages;
}

}  // namespace lif
