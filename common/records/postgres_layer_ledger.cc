#include "common/records/postgres_layer_ledger.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

std::string Columns() {
  return absl::StrCat(
      "l.layer_key, l.generation, l.token, l.build_id, l.platform, l.module_ref, l.repository, "
      "l.manifest_digest, l.diff_ids, l.size, l.duration_us, l.below_key, l.below_generation, ",
      MicrosOf("l.committed_at"));
}

// One index lookup a key, however many generations it has.
constexpr char kNewest[] = R"sql(
  FROM unnest($1::text[]) AS asked (key)
 CROSS JOIN LATERAL (SELECT * FROM layers
                      WHERE layer_key = asked.key
                      ORDER BY generation DESC LIMIT 1) AS l
)sql";

constexpr char kInsert[] = R"sql(
INSERT INTO layers (layer_key, generation, token, build_id, platform, module_ref, repository,
                    manifest_digest, diff_ids, size, duration_us, below_key, below_generation)
VALUES ($1, $2::bigint, $3::bigint, $4, $5, $6, $7, $8, $9::text[], $10::bigint, $11::bigint,
        nullif($12, ''), nullif($13::bigint, 0))
ON CONFLICT (layer_key, generation) DO NOTHING
)sql";

LedgerLayer LayerAt(const SqlRows& rows, int row) {
  LedgerLayer layer;
  layer.layer_key = rows.Text(row, 0);
  layer.generation = rows.Int(row, 1);
  layer.token = rows.Int(row, 2);
  layer.build_id = rows.Text(row, 3);
  layer.platform = rows.Text(row, 4);
  layer.module_ref = rows.Text(row, 5);
  layer.repository = rows.Text(row, 6);
  layer.digest = rows.Text(row, 7);
  layer.diff_ids = rows.Array(row, 8);
  layer.size = rows.Int(row, 9);
  layer.duration = rows.DurationMicros(row, 10);
  layer.below_key = rows.Text(row, 11);
  layer.below_generation = rows.Int(row, 12);
  layer.committed = rows.TimeMicros(row, 13);
  return layer;
}

SqlParams ParamsOf(const LedgerLayer& layer) {
  SqlParams params;
  params.Add(layer.layer_key)
      .AddInt(layer.generation)
      .AddInt(layer.token)
      .Add(layer.build_id)
      .Add(layer.platform)
      .Add(layer.module_ref)
      .Add(layer.repository)
      .Add(layer.digest)
      .AddArray(layer.diff_ids)
      .AddInt(layer.size)
      .AddInt(absl::ToInt64Microseconds(layer.duration))
      .Add(layer.below_key)
      .AddInt(layer.below_generation);
  return params;
}

}  // namespace

absl::StatusOr<std::vector<LedgerLayer>> PostgresLayerLedgerReader::LookUp(
    const std::vector<std::string>& layer_keys) {
  std::vector<LedgerLayer> layers;
  if (layer_keys.empty()) return layers;
  if (layer_keys.size() > kMaxLedgerKeys) {
    return absl::InvalidArgumentError(absl::StrCat(
        "cannot look up ", layer_keys.size(), " layer keys at once; at most ", kMaxLedgerKeys));
  }
  LIF_ASSIGN_OR_RETURN(SqlRows rows,
                       pool_.Query("look up layers", absl::StrCat("SELECT ", Columns(), kNewest),
                                   SqlParams().AddArray(layer_keys)));
  for (int row = 0; row < rows.size(); ++row) layers.push_back(LayerAt(rows, row));
  return layers;
}

absl::StatusOr<LedgerCommit> PostgresLayerLedgerWriter::Commit(const LedgerLayer& layer) {
  LIF_RETURN_IF_ERROR(CheckLedgerLayer(layer));
  LedgerCommit commit;
  auto work = [&](SqlSession& session) -> absl::Status {
    LIF_ASSIGN_OR_RETURN(SqlRows inserted, session.Exec(kInsert, ParamsOf(layer)));
    commit.committed = inserted.affected() == 1;
    // A statement of its own: it sees the row of a commit that the insert waited for.
    LIF_ASSIGN_OR_RETURN(
        SqlRows rows,
        session.Exec(
            absl::StrCat("SELECT ", Columns(),
                         " FROM layers l WHERE layer_key = $1 AND generation = $2::bigint"),
            SqlParams().Add(layer.layer_key).AddInt(layer.generation)));
    if (rows.empty()) {
      return absl::InternalError(absl::StrCat("layer ", layer.layer_key, ".", layer.generation,
                                              " is not in the ledger that it was written to"));
    }
    commit.standing = LayerAt(rows, 0);
    return absl::OkStatus();
  };
  LIF_RETURN_IF_ERROR(pool_.Transact(
      absl::StrCat("write layer ", layer.layer_key, ".", layer.generation, " to the ledger"),
      work));
  return commit;
}

}  // namespace lif
