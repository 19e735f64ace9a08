#include "controlplane/submit_expansion.h"

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/plan/pool.h"

namespace lif {
namespace {

// A store's fault stops the request; anything else is an answer about one build.
bool IsStoreFault(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsInternal(status) || absl::IsResourceExhausted(status);
}

std::string InvalidCode(const absl::Status& status) {
  if (absl::IsNotFound(status)) return "MANIFEST_NOT_FOUND";
  if (absl::IsInvalidArgument(status)) return "MANIFEST_ID_MALFORMED";
  return absl::StatusCodeToString(status.code());
}

class Expander {
 public:
  void Add(const SubmitBuildsInput::Item& item, const ManifestOutline& manifest) {
    if (item.platforms.empty()) {
      AddAllPlatforms(item, manifest);
    } else {
      for (const std::string& platform : item.platforms) AddPlatform(item, manifest, platform);
    }
  }

  void AddUnreadable(const SubmitBuildsInput::Item& item, const absl::Status& status) {
    const std::string reason(status.message());
    if (item.platforms.empty()) AddInvalid(item, "", InvalidCode(status), reason);
    for (const std::string& platform : item.platforms) {
      AddInvalid(item, platform, InvalidCode(status), reason);
    }
  }

  SubmitExpansion Take(std::shared_ptr<const CatalogOutlines> outlines) {
    result_.outlines = std::move(outlines);
    return std::move(result_);
  }

 private:
  void AddAllPlatforms(const SubmitBuildsInput::Item& item, const ManifestOutline& manifest) {
    for (const BuildOutline& outline : manifest.builds) AddBuild(item, outline);
    if (manifest.builds.empty()) {
      AddInvalid(item, "", "PLATFORM_NOT_OFFERED",
                 "its modules and its base have no platform in common");
    }
  }

  void AddPlatform(const SubmitBuildsInput::Item& item, const ManifestOutline& manifest,
                   const std::string& text) {
    const absl::StatusOr<Platform> platform = ParsePlatform(text);
    if (!platform.ok()) {
      AddInvalid(item, text, "PLATFORM_MALFORMED", std::string(platform.status().message()));
    } else if (const BuildOutline* outline = manifest.Find(*platform)) {
      AddBuild(item, *outline);
    } else {
      AddInvalid(item, text, "PLATFORM_NOT_OFFERED",
                 absl::StrCat("manifest '", item.manifest_id, "' does not offer ", text,
                              "; it offers ", manifest.OfferedText()));
    }
  }

  void AddBuild(const SubmitBuildsInput::Item& item, const BuildOutline& outline) {
    SubmittedBuild build;
    build.manifest_id = item.manifest_id;
    build.platform = outline.platform.ToString();
    build.build_key = outline.build_key;
    build.pool = outline.pool;
    const auto [entry, added] = units_.try_emplace(build.build_key, result_.units.size());
    if (added) {
      SubmitUnit unit;
      unit.key = build.build_key;
      unit.manifest_id = build.manifest_id;
      unit.platform = build.platform;
      unit.outline = &outline;
      unit.layer_pool = PoolFor(outline.platform, {});
      result_.units.push_back(std::move(unit));
    }
    result_.units[entry->second].answers.push_back(result_.builds.size());
    result_.builds.push_back(std::move(build));
  }

  void AddInvalid(const SubmitBuildsInput::Item& item, const std::string& platform,
                  std::string code, std::string reason) {
    SubmittedBuild build;
    build.manifest_id = item.manifest_id;
    build.platform = platform;
    build.invalid_code = std::move(code);
    build.reason = std::move(reason);
    result_.builds.push_back(std::move(build));
  }

  SubmitExpansion result_;
  std::unordered_map<std::string, size_t> units_;  // build key → index
};

// Whether the manifest is known, on each platform that the item names.
bool Knows(const CatalogOutlines& outlines, const SubmitBuildsInput::Item& item) {
  const ManifestOutline* manifest = outlines.Find(item.manifest_id);
  if (manifest == nullptr) return false;
  return std::all_of(item.platforms.begin(), item.platforms.end(), [&](const std::string& text) {
    const absl::StatusOr<Platform> platform = ParsePlatform(text);
    return !platform.ok() || manifest->Find(*platform) != nullptr;
  });
}

bool KnowsAll(const CatalogOutlines& outlines, const SubmitBuildsInput& input) {
  return std::all_of(input.builds.begin(), input.builds.end(),
                     [&](const auto& item) { return Knows(outlines, item); });
}

// Reads what the index of the catalog lacks: nearly always to say what is wrong with it. Answers
// outlines with what could be read after all (published just now, or damaged until now).
absl::StatusOr<std::shared_ptr<const CatalogOutlines>> ReadUnknown(
    const std::vector<std::string>& ids, std::shared_ptr<const CatalogOutlines> outlines,
    ManifestCache& manifests, const std::function<bool()>& cancelled,
    std::unordered_map<std::string, absl::Status>* refused) {
  std::shared_ptr<CatalogOutlines> more;
  for (size_t begin = 0; begin < ids.size(); begin += kMaxManifestBatch) {
    LIF_RETURN_IF_ERROR(CheckCancelled(cancelled));
    const std::vector<std::string> batch(
        ids.begin() + begin, ids.begin() + std::min(begin + kMaxManifestBatch, ids.size()));
    LIF_ASSIGN_OR_RETURN(const auto read, manifests.GetAll(batch));
    for (size_t i = 0; i < batch.size(); ++i) {
      if (IsStoreFault(read[i].status())) return read[i].status();
      refused->emplace(batch[i], read[i].status());
      if (!read[i].ok()) continue;
      if (more == nullptr) more = std::make_shared<CatalogOutlines>(*outlines);
      const ResolvedManifest& manifest = (*read[i])->manifest;
      more->Add(manifest, ComputeIdentities(manifest, manifests.recipe()));
    }
  }
  if (more != nullptr) return std::shared_ptr<const CatalogOutlines>(std::move(more));
  return outlines;
}

}  // namespace

absl::Status CheckCancelled(const std::function<bool()>& cancelled) {
  if (!cancelled || !cancelled()) return absl::OkStatus();
  return absl::CancelledError(
      "the client left before its request was answered; what was queued stays queued");
}

absl::StatusOr<SubmitExpansion> ExpandSubmit(const SubmitBuildsInput& input, LayerIndex& layers,
                                             ManifestCache& manifests,
                                             const std::function<bool()>& cancelled) {
  LIF_RETURN_IF_ERROR(CheckCancelled(cancelled));
  std::shared_ptr<const CatalogOutlines> outlines = layers.KnownOutlines();
  if (outlines == nullptr || !KnowsAll(*outlines, input)) {
    LIF_ASSIGN_OR_RETURN(outlines, layers.CurrentOutlines(cancelled));
  }
  std::vector<std::string> unknown;  // each once
  std::unordered_set<std::string> seen;
  for (const SubmitBuildsInput::Item& item : input.builds) {
    if (outlines->Find(item.manifest_id) == nullptr && seen.insert(item.manifest_id).second) {
      unknown.push_back(item.manifest_id);
    }
  }
  std::unordered_map<std::string, absl::Status> refused;
  LIF_ASSIGN_OR_RETURN(outlines,
                       ReadUnknown(unknown, std::move(outlines), manifests, cancelled, &refused));
  Expander expander;
  for (const SubmitBuildsInput::Item& item : input.builds) {
    if (const ManifestOutline* manifest = outlines->Find(item.manifest_id)) {
      expander.Add(item, *manifest);
    } else {
      expander.AddUnreadable(item, refused.at(item.manifest_id));
    }
  }
  return expander.Take(std::move(outlines));
}

BuildToPlan ToPlan(const SubmitUnit& unit, const CatalogOutlines& outlines) {
  BuildToPlan build;
  build.manifest_id = unit.manifest_id;
  build.platform = unit.outline->platform;
  build.build_key = unit.key;
  build.requires_ = unit.outline->requires_;
  build.chain = outlines.ChainOf(*unit.outline);
  build.generation = unit.generation;
  return build;
}

}  // namespace lif
