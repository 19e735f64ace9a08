#include "controlplane/diff_builds.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/grpc_status.h"
#include "common/base/status_macros.h"
#include "controlplane/diff_parts.h"

namespace lif {
namespace {

struct Side {
  std::shared_ptr<const PreparedManifest> manifest;
  const PlatformOffer* offer = nullptr;  // of `manifest`
  std::optional<Record> record;          // of the build that was asked for
  std::string build_id;                  // whose packages count
};

absl::Status NotOffered(const PreparedManifest& manifest, const Platform& platform) {
  return WithReason(absl::FailedPreconditionError(absl::StrCat(
                        "manifest '", manifest.manifest.manifest.id, "' does not offer ",
                        platform.ToString(), "; it offers ", manifest.OfferedText())),
                    "PLATFORM_NOT_OFFERED");
}

// The platform of a build that a side names, or what is asked for; nullopt when neither says.
absl::StatusOr<std::optional<Platform>> Wanted(const DiffQuery& query, const Side& a,
                                               const Side& b) {
  std::optional<Platform> wanted;
  if (!query.platform.empty()) {
    LIF_ASSIGN_OR_RETURN(wanted, ParsePlatform(query.platform));
  }
  for (const Side* side : {&a, &b}) {
    if (!side->record) continue;
    LIF_ASSIGN_OR_RETURN(const Platform platform, ParsePlatform(side->record->platform));
    if (!query.platform.empty() && platform != *wanted) {
      return absl::InvalidArgumentError(absl::StrCat("platform is ", query.platform, ", but build ",
                                                     side->record->build_id, " is of ",
                                                     side->record->platform, ": leave it out"));
    }
    if (!wanted) wanted = platform;
  }
  return wanted;
}

// The first that both offer.
absl::StatusOr<Platform> Common(const PreparedManifest& a, const PreparedManifest& b) {
  for (const PlatformOffer& offer : a.offers) {
    if (b.Find(offer.platform) != nullptr) return offer.platform;
  }
  return absl::FailedPreconditionError(
      absl::StrCat("manifests '", a.manifest.manifest.id, "' (", a.OfferedText(), ") and '",
                   b.manifest.manifest.id, "' (", b.OfferedText(), ") share no platform"));
}

absl::Status Choose(const std::optional<Platform>& wanted, Side* side) {
  Platform platform;
  if (side->record) {
    LIF_ASSIGN_OR_RETURN(platform, ParsePlatform(side->record->platform));
  } else {
    platform = *wanted;
  }
  side->offer = side->manifest->Find(platform);
  if (side->offer == nullptr) return NotOffered(*side->manifest, platform);
  return absl::OkStatus();
}

// Of a build as they were recorded; else as they would be built.
std::vector<DiffLayer> LayersOf(const Side& side) {
  std::vector<DiffLayer> layers;
  if (side.record) {
    for (const RecordLayer& layer : side.record->layers) {
      if (layer.position > 0) layers.push_back({layer.layer_key, layer.module_ref});
    }
  }
  if (!layers.empty()) return layers;
  const std::vector<LayerKey>& chain = side.offer->identity.chain;
  for (size_t i = 1; i < chain.size(); ++i) layers.push_back({chain[i].key, chain[i].module_ref});
  return layers;
}

ComparedSide Compared(const Side& side) {
  return {side.manifest->manifest.manifest.id, side.offer->platform.ToString(), side.build_id};
}

void NoteRecipe(const Side& side, const std::vector<DiffLayer>& layers, BuildDiff* diff) {
  if (layers.empty() || layers.back().key == side.offer->identity.chain.back().key) return;
  diff->notes.push_back(absl::StrCat("build ", side.build_id,
                                     " was made with another recipe than this factory's now: its "
                                     "layers are compared as recorded"));
}

void NoteNoPackages(const Side& side, BuildDiff* diff) {
  const std::string who =
      absl::StrCat(side.manifest->manifest.manifest.id, " on ", side.offer->platform.ToString());
  diff->notes.push_back(
      side.build_id.empty()
          ? absl::StrCat("packages are not compared: ", who, " has no record yet; build it first")
          : absl::StrCat("packages are not compared: build ", side.build_id, " of ", who,
                         " has no recorded package list"));
}

class Comparison {
 public:
  explicit Comparison(DiffBuilds::Seams seams) : seams_(seams) {}

  absl::StatusOr<Side> Read(const DiffSideQuery& query) const;
  absl::Status FindPackageBuild(Side* side) const;
  absl::Status Packages(const Side& a, const Side& b, BuildDiff* diff) const;

 private:
  DiffBuilds::Seams seams_;
};

absl::StatusOr<Side> Comparison::Read(const DiffSideQuery& query) const {
  Side side;
  std::string manifest_id = query.manifest_id;
  std::vector<Platform> wanted;
  if (!query.build_id.empty()) {
    LIF_ASSIGN_OR_RETURN(side.record, seams_.records.GetRecord(query.build_id));
    manifest_id = side.record->manifest_id;
    side.build_id = query.build_id;
    LIF_ASSIGN_OR_RETURN(const Platform platform, ParsePlatform(side.record->platform));
    wanted = {platform};
  }
  LIF_ASSIGN_OR_RETURN(side.manifest, seams_.manifests.Get(manifest_id, wanted));
  return side;
}

absl::Status Comparison::FindPackageBuild(Side* side) const {
  if (side->record) return absl::OkStatus();
  LIF_ASSIGN_OR_RETURN(const std::vector<KeyHistory> histories,
                       seams_.records.LookUp({side->offer->identity.build_key}));
  for (const KeyHistory& history : histories) {
    if (history.effective) side->build_id = history.effective->build_id;
  }
  return absl::OkStatus();
}

absl::Status Comparison::Packages(const Side& a, const Side& b, BuildDiff* diff) const {
  std::vector<std::vector<Package>> lists;
  for (const Side* side : {&a, &b}) {
    std::vector<Package> packages;
    if (!side->build_id.empty()) {
      LIF_ASSIGN_OR_RETURN(packages, seams_.packages.PackagesOf(side->build_id));
    }
    if (packages.empty()) NoteNoPackages(*side, diff);
    lists.push_back(std::move(packages));
  }
  if (lists[0].empty() || lists[1].empty()) return absl::OkStatus();
  ComparePackages(lists[0], lists[1], diff);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<BuildDiff> DiffBuilds::Run(const DiffQuery& query) const {
  const Comparison comparison(seams_);
  LIF_ASSIGN_OR_RETURN(Side a, comparison.Read(query.a));
  LIF_ASSIGN_OR_RETURN(Side b, comparison.Read(query.b));
  LIF_ASSIGN_OR_RETURN(std::optional<Platform> wanted, Wanted(query, a, b));
  if (!wanted) {
    LIF_ASSIGN_OR_RETURN(wanted, Common(*a.manifest, *b.manifest));
  }
  LIF_RETURN_IF_ERROR(Choose(wanted, &a));
  LIF_RETURN_IF_ERROR(Choose(wanted, &b));
  LIF_RETURN_IF_ERROR(comparison.FindPackageBuild(&a));
  LIF_RETURN_IF_ERROR(comparison.FindPackageBuild(&b));
  BuildDiff diff;
  diff.a = Compared(a);
  diff.b = Compared(b);
  if (a.record && b.record && a.record->outcome != b.record->outcome) {
    diff.items.push_back({"outcome", "outcome", Change::kChanged,
                          std::string(OutcomeName(a.record->outcome)),
                          std::string(OutcomeName(b.record->outcome))});
  }
  CompareManifests(a.manifest->manifest, b.manifest->manifest, a.offer->platform, b.offer->platform,
                   &diff);
  const std::vector<DiffLayer> layers_a = LayersOf(a);
  const std::vector<DiffLayer> layers_b = LayersOf(b);
  CompareLayers(layers_a, layers_b, &diff);
  NoteRecipe(a, layers_a, &diff);
  NoteRecipe(b, layers_b, &diff);
  LIF_RETURN_IF_ERROR(comparison.Packages(a, b, &diff));
  if (diff.items.size() > kMaxDiffItems) {
    diff.notes.push_back(absl::StrCat(diff.items.size() - kMaxDiffItems,
                                      " more differences are left out: see the builds' SBOMs"));
    diff.items.resize(kMaxDiffItems);
  }
  return diff;
}

}  // namespace lif
