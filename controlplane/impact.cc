#include "controlplane/impact.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/grpc_status.h"
#include "common/base/near_match.h"
#include "common/base/status_macros.h"
#include "controlplane/impact_scan.h"
#include "controlplane/in_batches.h"

namespace lif {
namespace {

constexpr int kPage = 1000;  // manifests of one query

absl::Status CheckGoing(const std::function<bool()>& cancelled) {
  if (!cancelled || !cancelled()) return absl::OkStatus();
  return absl::CancelledError("the client left while manifests were read");
}

struct Concerned {
  std::vector<std::string> ids;  // ascending
  std::string next;              // as ImpactPage::next
};

// Of the page, or of all pages when it is the first.
absl::StatusOr<Concerned> FindConcerned(CatalogReader& catalog, const ImpactQuery& query,
                                        const std::function<bool()>& cancelled) {
  const bool all = query.after.empty();
  ManifestFilter filter;
  filter.module = query.module;
  filter.base = query.base;
  filter.after = query.after;
  filter.limit = all ? kPage : query.limit;
  Concerned concerned;
  do {
    LIF_RETURN_IF_ERROR(CheckGoing(cancelled));
    LIF_ASSIGN_OR_RETURN(const ManifestPage page, catalog.ListManifests(filter));
    for (const ManifestSummary& manifest : page.manifests) concerned.ids.push_back(manifest.id);
    filter.after = page.next;
  } while (all && !filter.after.empty());
  concerned.next = filter.after;
  const size_t limit = static_cast<size_t>(query.limit);
  if (all && concerned.ids.size() > limit) concerned.next = concerned.ids[limit - 1];
  return concerned;
}

absl::Status Read(CatalogReader& catalog, const std::vector<std::string>& ids,
                  const std::function<bool()>& cancelled, ImpactScan* scan) {
  for (size_t begin = 0; begin < ids.size(); begin += kMaxManifestBatch) {
    LIF_RETURN_IF_ERROR(CheckGoing(cancelled));
    const size_t end = std::min(begin + kMaxManifestBatch, ids.size());
    LIF_ASSIGN_OR_RETURN(const auto manifests,
                         catalog.GetManifests({ids.begin() + begin, ids.begin() + end}));
    for (const auto& manifest : manifests) {
      LIF_RETURN_IF_ERROR(manifest.status());
      LIF_RETURN_IF_ERROR(scan->Add(*manifest));
    }
  }
  return absl::OkStatus();
}

absl::Status Unknown(std::string_view type, const std::string& name, const std::string& text) {
  const std::string reason = type == "base" ? "BASE_NOT_FOUND" : "MODULE_NOT_FOUND";
  return WithResource(WithReason(absl::NotFoundError(text), reason), type, name, text);
}

// OK when what is asked about is published, though no manifest uses it.
absl::Status CheckPublished(CatalogReader& catalog, const ImpactQuery& query) {
  LIF_ASSIGN_OR_RETURN(const CatalogNames names, catalog.Names());
  if (query.module.empty()) {
    if (std::count(names.bases.begin(), names.bases.end(), query.base) > 0) return {};
    return Unknown("base", query.base,
                   absl::StrCat("no base '", query.base, "'", DidYouMean(query.base, names.bases)));
  }
  const bool versioned = query.module.find('@') != std::string::npos;
  std::set<std::string> known;  // in the form that was asked for
  for (const std::string& ref : names.modules) {
    known.insert(versioned ? ref : ref.substr(0, ref.find('@')));
  }
  if (known.contains(query.module)) return {};
  return Unknown("module", query.module,
                 absl::StrCat("no module '", query.module, "'",
                              DidYouMean(query.module, {known.begin(), known.end()})));
}

}  // namespace

absl::StatusOr<ImpactPage> Impact::Run(const ImpactQuery& query,
                                       const std::function<bool()>& cancelled) const {
  LIF_ASSIGN_OR_RETURN(const Concerned concerned, FindConcerned(seams_.catalog, query, cancelled));
  ImpactPage page;
  const bool first = query.after.empty();
  if (concerned.ids.empty() && first) {
    LIF_RETURN_IF_ERROR(CheckPublished(seams_.catalog, query));
    return page;
  }
  ImpactScan scan(query.module, recipe_);
  LIF_RETURN_IF_ERROR(Read(seams_.catalog, concerned.ids, cancelled, &scan));
  page.builds = scan.Builds();
  page.next = concerned.next;
  if (!page.next.empty()) {
    std::erase_if(page.builds, [&page](const auto& b) { return b.manifest_id > page.next; });
  }
  if (!first) return page;
  LIF_RETURN_IF_ERROR(CheckGoing(cancelled));
  LIF_ASSIGN_OR_RETURN(const std::vector<LedgerLayer> ledger,
                       InBatches<LedgerLayer>(scan.LayerKeys(), kMaxLedgerKeys,
                                              [this](const std::vector<std::string>& keys) {
                                                return seams_.ledger.LookUp(keys);
                                              }));
  LIF_ASSIGN_OR_RETURN(const std::vector<PastBuild> past,
                       InBatches<PastBuild>(scan.BuildKeys(), kMaxPastBuilds,
                                            [this](const std::vector<std::string>& keys) {
                                              return seams_.past.LastBuilt(keys);
                                            }));
  page.totals = scan.Totals(ledger, past);
  return page;
}

}  // namespace lif
