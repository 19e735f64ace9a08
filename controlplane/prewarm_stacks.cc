#include "controlplane/prewarm_stacks.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/grpc_status.h"
#include "common/base/near_match.h"
#include "common/base/problem.h"
#include "common/base/status_macros.h"
#include "controlplane/submit_expansion.h"

namespace lif {
namespace {

constexpr int kPage = 1000;

absl::StatusOr<std::vector<std::string>> ManifestIds(CatalogReader& catalog,
                                                     const PrewarmInput& input,
                                                     const std::function<bool()>& cancelled) {
  ManifestFilter filter;
  filter.glob = input.match;
  filter.base = input.base;
  filter.limit = kPage;
  std::vector<std::string> ids;
  do {
    LIF_RETURN_IF_ERROR(CheckCancelled(cancelled));
    LIF_ASSIGN_OR_RETURN(const ManifestPage page, catalog.ListManifests(filter));
    for (const ManifestSummary& manifest : page.manifests) ids.push_back(manifest.id);
    filter.after = page.next;
  } while (!filter.after.empty());
  return ids;
}

// No manifest is named: by an unknown base, or by the two together.
absl::Status NothingNamed(CatalogReader& catalog, const PrewarmInput& input) {
  LIF_ASSIGN_OR_RETURN(const CatalogNames names, catalog.Names());
  const auto& bases = names.bases;
  if (!input.base.empty() && std::count(bases.begin(), bases.end(), input.base) == 0) {
    const std::string text =
        absl::StrCat("no base '", input.base, "'", DidYouMean(input.base, bases));
    return WithResource(WithReason(absl::NotFoundError(text), "BASE_NOT_FOUND"), "base", input.base,
                        text);
  }
  return WithReason(
      absl::NotFoundError(absl::StrCat(
          "no published manifest", input.match.empty() ? "" : " matches " + Quoted(input.match),
          input.base.empty() ? "" : " on base " + input.base,
          input.match.empty() && input.base.empty() ? ": run lif catalog publish DIR" : "")),
      "MANIFEST_NOT_FOUND");
}

absl::Status Collect(const ResolvedManifest& manifest, const Recipe& recipe,
                     const std::vector<Platform>& wanted, StackCollector* stacks) {
  for (const Platform& platform : OfferedPlatforms(manifest)) {
    if (!wanted.empty() && std::count(wanted.begin(), wanted.end(), platform) == 0) continue;
    LIF_ASSIGN_OR_RETURN(const BuildIdentity identity, ComputeIdentity(manifest, platform, recipe));
    stacks->Add(manifest.manifest.id, platform, identity.build_key, ChainOf(manifest, identity));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<Stack>> CollectStacks(CatalogReader& catalog, const Recipe& recipe,
                                                 const PrewarmInput& input,
                                                 const std::function<bool()>& cancelled) {
  LIF_ASSIGN_OR_RETURN(const std::vector<std::string> ids, ManifestIds(catalog, input, cancelled));
  if (ids.empty()) return NothingNamed(catalog, input);
  StackCollector stacks;
  for (size_t begin = 0; begin < ids.size(); begin += kMaxManifestBatch) {
    LIF_RETURN_IF_ERROR(CheckCancelled(cancelled));
    const std::vector<std::string> batch(
        ids.begin() + static_cast<ptrdiff_t>(begin),
        ids.begin() + static_cast<ptrdiff_t>(std::min(begin + kMaxManifestBatch, ids.size())));
    LIF_ASSIGN_OR_RETURN(const auto manifests, catalog.GetManifests(batch));
    for (const auto& manifest : manifests) {
      LIF_RETURN_IF_ERROR(manifest.status());
      LIF_RETURN_IF_ERROR(Collect(*manifest, recipe, input.platforms, &stacks));
    }
  }
  return stacks.Take();
}

absl::Duration AssumedCost(const PastTimes& past) {
  return past.Median().value_or(absl::Minutes(1));
}

std::vector<RankedStack> Rank(std::vector<Stack> stacks, const PlanInput& known,
                              const PastTimes& past) {
  const absl::Duration assumed = AssumedCost(past);
  return RankStacks(std::move(stacks), [&](const Stack& stack, const ChainLayer& layer) {
    const auto row = known.ledger.find(layer.key);
    if (row != known.ledger.end() && row->second.duration > absl::ZeroDuration()) {
      return row->second.duration;
    }
    return past.OfModule(layer.module_ref, stack.platform.ToString()).value_or(assumed);
  });
}

}  // namespace lif
