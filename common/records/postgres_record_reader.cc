#include "common/records/postgres_record_reader.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/records/record_columns_internal.h"

namespace lif {
namespace {

constexpr size_t kMaxKeys = 10'000;
constexpr int kMaxPage = 500;

// Two index lookups a key, however many generations it has.
constexpr char kLookUp[] = R"sql(
SELECT asked.key, newest.build_id, newest.generation, newest.outcome, newest.finished,
       newest.took, effective.build_id, effective.generation, effective.outcome,
       effective.finished, effective.took
  FROM unnest($1::text[]) AS asked (key)
 CROSS JOIN LATERAL (
       SELECT build_id, generation, outcome,
              (extract(epoch FROM finished_at) * 1000000)::bigint AS finished,
              (extract(epoch FROM finished_at - started_at) * 1000000)::bigint AS took
         FROM records
        WHERE build_key = asked.key
        ORDER BY generation DESC LIMIT 1) AS newest
  LEFT JOIN LATERAL (
       SELECT build_id, generation, outcome,
              (extract(epoch FROM finished_at) * 1000000)::bigint AS finished,
              (extract(epoch FROM finished_at - started_at) * 1000000)::bigint AS took
         FROM records
        WHERE build_key = asked.key AND outcome IN ('compatible', 'incompatible', 'failed')
        ORDER BY generation DESC LIMIT 1) AS effective ON true
)sql";

constexpr char kList[] = R"sql(
  FROM records r
 WHERE ($1 = '' OR r.manifest_id = $1)
   AND ($2 = '' OR r.platform = $2)
   AND ($3 = '' OR r.outcome = $3)
   AND ($4 = '' OR EXISTS (SELECT FROM record_layers l
                            WHERE l.build_id = r.build_id
                              AND (l.module_ref = $4 OR l.module_name = $4)))
   AND ($5 = '' OR r.build_id < $5)
   AND (NOT $6::boolean OR EXISTS (SELECT FROM effective_records e
                                    WHERE e.build_id = r.build_id))
   AND ($7 = '' OR r.kind = $7)
 ORDER BY r.build_id DESC
 LIMIT $8::integer
)sql";

RecordHead HeadAt(const SqlRows& rows, int row, int column) {
  RecordHead head;
  head.build_key = rows.Text(row, 0);
  head.build_id = rows.Text(row, column);
  head.generation = rows.Int(row, column + 1);
  head.outcome = ParseOutcome(rows.Text(row, column + 2)).value_or(Outcome::kError);
  head.finished = rows.TimeMicros(row, column + 3);
  head.took = rows.DurationMicros(row, column + 4);
  return head;
}

RecordLayer LayerAt(const SqlRows& rows, int row) {
  RecordLayer layer;
  layer.position = static_cast<int>(rows.Int(row, 0));
  layer.layer_key = rows.Text(row, 1);
  layer.module_ref = rows.Text(row, 2);
  layer.slot = rows.Text(row, 3);
  layer.use = ParseLayerUse(rows.Text(row, 4)).value_or(LayerUse::kBuilt);
  layer.steps_cached = static_cast<int>(rows.Int(row, 5));
  layer.steps_run = static_cast<int>(rows.Int(row, 6));
  layer.generation = rows.Int(row, 7);
  layer.built_by = rows.Text(row, 8);
  layer.digest = rows.Text(row, 9);
  layer.diff_ids = rows.Array(row, 10);
  layer.size = rows.Int(row, 11);
  layer.duration = rows.DurationMicros(row, 12);
  return layer;
}

TestResult TestAt(const SqlRows& rows, int row) {
  TestResult test;
  test.name = rows.Text(row, 0);
  test.module_ref = rows.Text(row, 1);
  test.passed = rows.Bool(row, 2);
  test.exit_code = static_cast<int>(rows.Int(row, 3));
  test.message = rows.Text(row, 4);
  test.duration = rows.DurationMicros(row, 5);
  return test;
}

}  // namespace

absl::StatusOr<std::vector<KeyHistory>> PostgresRecordReader::LookUp(
    const std::vector<std::string>& build_keys) {
  std::vector<KeyHistory> histories;
  if (build_keys.empty()) return histories;
  if (build_keys.size() > kMaxKeys) {
    return absl::InvalidArgumentError(absl::StrCat("cannot look up ", build_keys.size(),
                                                   " build keys at once; at most ", kMaxKeys));
  }
  LIF_ASSIGN_OR_RETURN(SqlRows rows,
                       pool_.Query("look up records", kLookUp, SqlParams().AddArray(build_keys)));
  for (int row = 0; row < rows.size(); ++row) {
    KeyHistory history;
    history.build_key = rows.Text(row, 0);
    history.newest = HeadAt(rows, row, 1);
    history.newest_generation = history.newest->generation;
    if (!rows.IsNull(row, 6)) history.effective = HeadAt(rows, row, 6);
    histories.push_back(std::move(history));
  }
  return histories;
}

absl::StatusOr<Record> PostgresRecordReader::GetRecord(const std::string& build_id) {
  LIF_ASSIGN_OR_RETURN(
      SqlRows rows,
      pool_.Query(absl::StrCat("read the record of build ", build_id),
                  absl::StrCat("SELECT ", RecordColumns(), " FROM records r WHERE r.build_id = $1"),
                  SqlParams().Add(build_id)));
  if (rows.empty()) {
    return absl::NotFoundError(
        absl::StrCat("no record of build ", build_id, "; a build has one once it has ended"));
  }
  LIF_ASSIGN_OR_RETURN(Record record, RecordAt(rows, 0));
  LIF_RETURN_IF_ERROR(ReadParts(record));
  return record;
}

absl::StatusOr<Record> PostgresRecordReader::GetRecordOf(const std::string& build_key,
                                                         int64_t generation) {
  const std::string which = absl::StrCat("generation ", generation, " of build key ", build_key);
  LIF_ASSIGN_OR_RETURN(
      SqlRows rows,
      pool_.Query("read the record of " + which,
                  absl::StrCat("SELECT ", RecordColumns(),
                               " FROM records r WHERE r.build_key = $1 AND r.generation = "
                               "$2::bigint"),
                  SqlParams().Add(build_key).AddInt(generation)));
  if (rows.empty()) return absl::NotFoundError("no record of " + which);
  LIF_ASSIGN_OR_RETURN(Record record, RecordAt(rows, 0));
  LIF_RETURN_IF_ERROR(ReadParts(record));
  return record;
}

// A record and its parts are committed together and never change, so that they can be read apart.
absl::Status PostgresRecordReader::ReadParts(Record& record) {
  const std::string what = absl::StrCat("read the record of build ", record.build_id);
  const SqlParams id = SqlParams().Add(record.build_id);
  LIF_ASSIGN_OR_RETURN(
      SqlRows layers,
      pool_.Query(what,
                  "SELECT position, layer_key, module_ref, slot, use, steps_cached, steps_run, "
                  "layer_generation, built_by, digest, diff_ids, size, duration_us "
                  "FROM record_layers WHERE build_id = $1 ORDER BY position",
                  id));
  for (int row = 0; row < layers.size(); ++row) record.layers.push_back(LayerAt(layers, row));
  LIF_ASSIGN_OR_RETURN(
      SqlRows tests,
      pool_.Query(what,
                  "SELECT name, module_ref, passed, exit_code, message, duration_us FROM tests "
                  "WHERE build_id = $1 ORDER BY position",
                  id));
  for (int row = 0; row < tests.size(); ++row) record.tests.push_back(TestAt(tests, row));
  LIF_ASSIGN_OR_RETURN(SqlRows artifacts,
                       pool_.Query(what,
                                   "SELECT name, media_type, sha256, size FROM artifacts "
                                   "WHERE build_id = $1 ORDER BY position",
                                   id));
  for (int row = 0; row < artifacts.size(); ++row) {
    record.artifacts.push_back({artifacts.Text(row, 0), artifacts.Text(row, 1),
                                artifacts.Text(row, 2), artifacts.Int(row, 3)});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Record>> PostgresRecordReader::ListRecords(const RecordFilter& filter) {
  if (filter.limit < 1 || filter.limit > kMaxPage) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a page of ", filter.limit, " records is not possible; ask for 1 to ", kMaxPage));
  }
  SqlParams params;
  params.Add(filter.manifest_id)
      .Add(filter.platform)
      .Add(filter.outcome ? OutcomeName(*filter.outcome) : "")
      .Add(filter.module)
      .Add(filter.before_build_id)
      .AddBool(filter.effective_only)
      .Add(filter.kind ? JobKindName(*filter.kind) : "")
      .AddInt(filter.limit);
  LIF_ASSIGN_OR_RETURN(
      SqlRows rows,
      pool_.Query("list records", absl::StrCat("SELECT ", RecordColumns(), kList), params));
  std::vector<Record> records;
  for (int row = 0; row < rows.size(); ++row) {
    LIF_ASSIGN_OR_RETURN(Record record, RecordAt(rows, row));
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace lif
