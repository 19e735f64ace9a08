#include "common/records/postgres_record_writer.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/base/digest.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "common/base/utf8.h"
#include "common/records/record_columns_internal.h"

namespace lif {
namespace {

constexpr size_t kTextLimit = 16 * 1024;

constexpr char kInsertRecord[] = R"sql(
INSERT INTO records (build_id, build_key, generation, token, manifest_id, platform, pool, executor,
                     tenant, attempt, outcome, failure_class, failure_stage, failure_module,
                     failure_line, failure_command, failure_exit_code, failure_message,
                     cause_build_id, image, tags, stages, steps_cached, steps_run, submitted_at,
                     started_at, finished_at, kind, base_image, image_size, bytes_pushed,
                     bytes_pulled, bytes_unpacked, saved_layers, saved_us)
VALUES ($1, $2, $3::bigint, $4::bigint, $5, $6, $7, $8, $9, $10::integer, $11, $12, $13, $14,
        $15::integer, $16, $17::integer, $18, $19, $20, $21::text[], $22::jsonb, $23::integer,
        $24::integer, $25::timestamptz, $26::timestamptz, $27::timestamptz, $28, $29, $30::bigint,
        $31::bigint, $32::bigint, $33::bigint, $34::integer, $35::bigint)
ON CONFLICT (build_key, generation) DO NOTHING
)sql";

constexpr char kInsertLayers[] = R"sql(
INSERT INTO record_layers (build_id, position, layer_key, module_ref, slot, use, steps_cached,
                           steps_run, layer_generation, built_by, digest, size, duration_us,
                           diff_ids)
SELECT $1, position, key, module, slot, use, cached, run, generation, built_by, digest, size,
       duration, string_to_array(diff_ids, ',')
  FROM unnest($2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::integer[],
              $8::integer[], $9::bigint[], $10::text[], $11::text[], $12::bigint[], $13::bigint[],
              $14::text[])
       AS added (position, key, module, slot, use, cached, run, generation, built_by, digest, size,
                 duration, diff_ids)
)sql";

constexpr char kInsertTests[] = R"sql(
INSERT INTO tests (build_id, position, name, module_ref, passed, exit_code, message, duration_us)
SELECT $1, * FROM unnest($2::integer[], $3::text[], $4::text[], $5::boolean[], $6::integer[],
                         $7::text[], $8::bigint[])
)sql";

constexpr char kInsertArtifacts[] = R"sql(
INSERT INTO artifacts (build_id, position, name, media_type, sha256, size)
SELECT $1, * FROM unnest($2::integer[], $3::text[], $4::text[], $5::text[], $6::bigint[])
)sql";

constexpr char kInsertPackages[] = R"sql(
INSERT INTO packages (build_id, type, name, version, arch, purl)
SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
)sql";

// What a command printed: any bytes.
std::string Printed(const std::string& text) {
  return TruncateUtf8(
      absl::StrReplaceAll(ToValidUtf8(text), {{std::string(1, '\0'), "\xef\xbf\xbd"}}), kTextLimit);
}

absl::Status CheckRecord(const Record& record) {
  std::string wrong;
  if (!IsUlid(record.build_id)) wrong = "its build ID is no ULID";
  if (!IsSha256Hex(record.build_key)) wrong = "its build key is not 64 hexadecimal digits";
  if (record.generation < 1) wrong = "its generation is below 1";
  if (record.finished == absl::InfinitePast()) wrong = "it has no finishing time";
  if (wrong.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("cannot commit the record of build ", record.build_id, ": ", wrong));
}

SqlParams RecordParams(const Record& record) {
  const FailureDetail& failure = record.failure;
  SqlParams params;
  params.Add(record.build_id)
      .Add(record.build_key)
      .AddInt(record.generation)
      .AddInt(record.token)
      .Add(record.manifest_id)
      .Add(record.platform)
      .Add(record.pool)
      .Add(record.executor)
      .Add(record.tenant)
      .AddInt(record.attempt)
      .Add(OutcomeName(record.outcome))
      .Add(FailureClassName(failure.failure))
      .Add(failure.stage)
      .Add(failure.module_ref)
      .AddInt(failure.fragment_line)
      .Add(Printed(failure.command))
      .AddOptionalInt(failure.exit_code)
      .Add(Printed(failure.message))
      .Add(failure.cause_build_id)
      .Add(record.image)
      .AddArray(record.tags)
      .Add(StagesToJson(record.stages))
      .AddInt(record.steps_cached)
      .AddInt(record.steps_run)
      .AddTime(record.submitted)
      .AddTime(record.started)
      .AddTime(record.finished)
      .Add(JobKindName(record.kind))
      .Add(record.base_image)
      .AddInt(record.image_size)
      .AddInt(record.bytes_pushed)
      .AddInt(record.bytes_pulled)
      .AddInt(record.bytes_unpacked)
      .AddInt(record.saved_layers)
      .AddInt(absl::ToInt64Microseconds(record.saved));
  return params;
}

absl::Status InsertLayers(SqlSession& session, const Record& record) {
  if (record.layers.empty()) return absl::OkStatus();
  std::vector<std::string> positions, keys, modules, slots, uses, cached, run;
  std::vector<std::string> generations, built_by, digests, sizes, durations, diff_ids;
  for (const RecordLayer& layer : record.layers) {
    positions.push_back(std::to_string(layer.position));
    keys.push_back(layer.layer_key);
    modules.push_back(layer.module_ref);
    slots.push_back(layer.slot);
    uses.emplace_back(LayerUseName(layer.use));
    cached.push_back(std::to_string(layer.steps_cached));
    run.push_back(std::to_string(layer.steps_run));
    generations.push_back(std::to_string(layer.generation));
    built_by.push_back(layer.built_by);
    digests.push_back(layer.digest);
    sizes.push_back(std::to_string(layer.size));
    durations.push_back(std::to_string(absl::ToInt64Microseconds(layer.duration)));
    // Arrays of arrays do not unnest; a digest has no comma.
    diff_ids.push_back(absl::StrJoin(layer.diff_ids, ","));
  }
  SqlParams params;
  params.Add(record.build_id).AddArray(positions).AddArray(keys).AddArray(modules);
  params.AddArray(slots).AddArray(uses).AddArray(cached).AddArray(run).AddArray(generations);
  params.AddArray(built_by).AddArray(digests).AddArray(sizes).AddArray(durations);
  params.AddArray(diff_ids);
  return session.Exec(kInsertLayers, params).status();
}

absl::Status InsertTests(SqlSession& session, const Record& record) {
  if (record.tests.empty()) return absl::OkStatus();
  std::vector<std::string> positions, names, modules, passed, codes, messages, durations;
  for (const TestResult& test : record.tests) {
    positions.push_back(std::to_string(positions.size()));
    names.push_back(test.name);
    modules.push_back(test.module_ref);
    passed.emplace_back(test.passed ? "t" : "f");
    codes.push_back(std::to_string(test.exit_code));
    messages.push_back(Printed(test.message));
    durations.push_back(std::to_string(absl::ToInt64Microseconds(test.duration)));
  }
  SqlParams params;
  params.Add(record.build_id).AddArray(positions).AddArray(names).AddArray(modules);
  params.AddArray(passed).AddArray(codes).AddArray(messages).AddArray(durations);
  return session.Exec(kInsertTests, params).status();
}

absl::Status InsertArtifacts(SqlSession& session, const Record& record) {
  if (record.artifacts.empty()) return absl::OkStatus();
  std::vector<std::string> positions, names, types, digests, sizes;
  for (const Artifact& artifact : record.artifacts) {
    positions.push_back(std::to_string(positions.size()));
    names.push_back(artifact.name);
    types.push_back(artifact.media_type);
    digests.push_back(artifact.sha256);
    sizes.push_back(std::to_string(artifact.size));
  }
  SqlParams params;
  params.Add(record.build_id).AddArray(positions).AddArray(names).AddArray(types);
  params.AddArray(digests).AddArray(sizes);
  return session.Exec(kInsertArtifacts, params).status();
}

absl::Status InsertPackages(SqlSession& session, const Record& record) {
  if (record.packages.empty()) return absl::OkStatus();
  std::vector<std::string> types, names, versions, archs, purls;
  for (const Package& package : record.packages) {
    types.push_back(package.type);
    names.push_back(package.name);
    versions.push_back(package.version);
    archs.push_back(package.arch);
    purls.push_back(package.purl);
  }
  SqlParams params;
  params.Add(record.build_id).AddArray(types).AddArray(names).AddArray(versions);
  params.AddArray(archs).AddArray(purls);
  return session.Exec(kInsertPackages, params).status();
}

}  // namespace

absl::StatusOr<CommitResult> PostgresRecordWriter::Commit(const Record& record) {
  LIF_RETURN_IF_ERROR(CheckRecord(record));
  CommitResult result = CommitResult::kCommitted;
  auto work = [&](SqlSession& session) -> absl::Status {
    LIF_ASSIGN_OR_RETURN(SqlRows inserted, session.Exec(kInsertRecord, RecordParams(record)));
    result = inserted.affected() == 1 ? CommitResult::kCommitted : CommitResult::kExists;
    if (result == CommitResult::kExists) return absl::OkStatus();
    LIF_RETURN_IF_ERROR(InsertLayers(session, record));
    LIF_RETURN_IF_ERROR(InsertTests(session, record));
    LIF_RETURN_IF_ERROR(InsertArtifacts(session, record));
    return InsertPackages(session, record);
  };
  LIF_RETURN_IF_ERROR(
      pool_.Transact(absl::StrCat("commit the record of build ", record.build_id), work));
  return result;
}

}  // namespace lif
