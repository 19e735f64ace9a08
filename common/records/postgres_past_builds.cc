#include "common/records/postgres_past_builds.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

// One index lookup a key, however many generations it has.
constexpr char kLastBuilt[] = R"sql(
SELECT asked.key, last.build_id, last.took
  FROM unnest($1::text[]) AS asked (key)
 CROSS JOIN LATERAL (
       SELECT build_id, (extract(epoch FROM finished_at - started_at) * 1000000)::bigint AS took
         FROM records
        WHERE build_key = asked.key AND outcome IN ('compatible', 'incompatible')
          AND started_at IS NOT NULL
        ORDER BY generation DESC LIMIT 1) AS last
)sql";

constexpr char kLastLayers[] = R"sql(
SELECT DISTINCT ON (module, platform)
       split_part(module_ref, '@', 1) AS module, platform, duration_us
  FROM layers
 WHERE duration_us > 0
 ORDER BY module, platform, committed_at DESC
 LIMIT $1::integer
)sql";

}  // namespace

absl::StatusOr<std::vector<PastBuild>> PostgresPastBuilds::LastBuilt(
    const std::vector<std::string>& build_keys) {
  std::vector<PastBuild> builds;
  if (build_keys.empty()) return builds;
  if (build_keys.size() > kMaxPastBuilds) {
    return absl::InvalidArgumentError(absl::StrCat(
        "cannot look up ", build_keys.size(), " build keys at once; at most ", kMaxPastBuilds));
  }
  LIF_ASSIGN_OR_RETURN(SqlRows rows, pool_.Query("look up how long builds took", kLastBuilt,
                                                 SqlParams().AddArray(build_keys)));
  for (int row = 0; row < rows.size(); ++row) {
    builds.push_back({rows.Text(row, 0), rows.Text(row, 1), rows.DurationMicros(row, 2)});
  }
  return builds;
}

absl::StatusOr<std::vector<PastLayer>> PostgresPastBuilds::LastLayers() {
  LIF_ASSIGN_OR_RETURN(SqlRows rows, pool_.Query("look up how long layers took", kLastLayers,
                                                 SqlParams().AddInt(kMaxPastBuilds)));
  std::vector<PastLayer> layers;
  for (int row = 0; row < rows.size(); ++row) {
    layers.push_back({rows.Text(row, 0), rows.Text(row, 1), rows.DurationMicros(row, 2)});
  }
  return layers;
}

absl::StatusOr<ReuseTotals> PostgresPastBuilds::SumReuse() {
  LIF_ASSIGN_OR_RETURN(
      SqlRows rows,
      pool_.Query("sum up what reuse saved",
                  "SELECT coalesce(sum(saved_us), 0)::bigint, "
                  "coalesce(sum(saved_layers), 0)::bigint, (SELECT count(*) FROM layers) "
                  "FROM records WHERE kind = 'image'"));
  return ReuseTotals{rows.DurationMicros(0, 0), rows.Int(0, 1), rows.Int(0, 2)};
}

}  // namespace lif
