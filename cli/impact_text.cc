#include "cli/impact_text.h"

#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/table.h"
#include "cli/text.h"

namespace lif {
namespace {

// "2 layers, 1 image"; "" when all is known
std::string UnknownText(const v1::ImpactedPool& pool) {
  std::vector<std::string> parts;
  if (pool.unknown_layers() > 0) parts.push_back(CountText(pool.unknown_layers(), "layer"));
  if (pool.unknown_images() > 0) parts.push_back(CountText(pool.unknown_images(), "image"));
  return absl::StrJoin(parts, ", ");
}

bool NothingKnown(const v1::ImpactedPool& pool) {
  return pool.unknown_layers() == pool.layers() && pool.unknown_images() == pool.images();
}

std::string RenderPoolImpact(const v1::GetImpactResponse& impact, const Style& style,
                             size_t width) {
  Table table{{{"POOL"}, {"LAYERS", true}, {"IMAGES", true}, {"WORK", true}, {"TIME NOT KNOWN OF"}},
              {}};
  for (const v1::ImpactedPool& pool : impact.pools()) {
    table.rows.push_back(
        {{pool.pool(), Tone::kStrong},
         absl::StrCat(pool.layers()),
         absl::StrCat(pool.images()),
         NothingKnown(pool) ? "unknown" : DurationText(DurationOf(pool.estimated_work())),
         {UnknownText(pool), Tone::kDim}});
  }
  return RenderTable(table, style, width);
}

std::string RenderManifests(const v1::GetImpactResponse& impact, const Style& style, size_t width) {
  Table table{{{"MANIFEST", false, true}, {"PLATFORM"}, {"LAYERS", true}}, {}};
  for (const v1::ImpactedManifest& manifest : impact.manifests()) {
    table.rows.push_back({{manifest.manifest_id(), Tone::kStrong},
                          manifest.platform(),
                          absl::StrCat(manifest.layers())});
  }
  return RenderTable(table, style, width);
}

}  // namespace

std::string RenderImpact(const std::string& what, const v1::GetImpactResponse& impact,
                         const Style& style, size_t width) {
  if (impact.manifest_count() == 0) {
    return absl::StrCat("no published manifest stands on ", what, "\n");
  }
  std::string out = absl::StrCat(
      style.Paint(Tone::kStrong, what), ": ", CountText(impact.layer_count(), "layer"),
      " to build anew, for ", CountText(impact.image_count(), "image"), " of ",
      CountText(impact.manifest_count(), "manifest"), "\n\n",
      RenderPoolImpact(impact, style, width), "\n", RenderManifests(impact, style, width));
  std::set<std::string> listed;
  for (const v1::ImpactedManifest& manifest : impact.manifests()) {
    listed.insert(manifest.manifest_id());
  }
  const int more = impact.manifest_count() - static_cast<int>(listed.size());
  if (more > 0) {
    out += style.Paint(Tone::kDim, absl::StrCat("and ", CountText(more, "more manifest"),
                                                "; --limit 0 lists all")) +
           "\n";
  }
  return out;
}

}  // namespace lif
