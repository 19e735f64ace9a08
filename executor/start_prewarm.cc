#include "executor/start_prewarm.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "executor/docker_argv.h"

namespace lif {
namespace {

constexpr int kPage = 1000;
constexpr size_t kMaxReason = 500;

absl::Status CheckGoing(const std::stop_token& stop) {
  return stop.stop_requested() ? absl::CancelledError("the executor is ending") : absl::OkStatus();
}

absl::Status Collect(CatalogReader& catalog, const std::vector<std::string>& ids,
                     const StartPrewarmOptions& options, StackCollector* stacks) {
  LIF_ASSIGN_OR_RETURN(const auto manifests, catalog.GetManifests(ids));
  for (const auto& manifest : manifests) {
    // Another manifest may still be worth its layers.
    if (!manifest.ok() || !CheckOffered(*manifest, options.platform).ok()) continue;
    LIF_ASSIGN_OR_RETURN(const BuildIdentity identity,
                         ComputeIdentity(*manifest, options.platform, options.recipe));
    stacks->Add(manifest->manifest.id, options.platform, identity.build_key,
                ChainOf(*manifest, identity));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Stack>> CollectStacks(CatalogReader& catalog,
                                                 const StartPrewarmOptions& options,
                                                 const std::stop_token& stop) {
  StackCollector stacks;
  ManifestFilter filter;
  filter.limit = kPage;
  do {
    LIF_RETURN_IF_ERROR(CheckGoing(stop));
    LIF_ASSIGN_OR_RETURN(const ManifestPage page, catalog.ListManifests(filter));
    std::vector<std::string> ids;
    for (const ManifestSummary& manifest : page.manifests) {
      ids.push_back(manifest.id);
      if (ids.size() < kMaxManifestBatch && &manifest != &page.manifests.back()) continue;
      LIF_RETURN_IF_ERROR(CheckGoing(stop));
      LIF_RETURN_IF_ERROR(Collect(catalog, ids, options, &stacks));
      ids.clear();
    }
    filter.after = page.next;
  } while (!filter.after.empty());
  return stacks.Take();
}

using Rows = std::unordered_map<std::string, LedgerLayer>;

absl::StatusOr<Rows> LookUp(LayerLedgerReader& ledger, const std::vector<Stack>& stacks) {
  std::vector<std::string> keys;
  for (const Stack& stack : stacks) {
    for (const ChainLayer& layer : stack.chain.layers) keys.push_back(layer.key);
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  if (keys.size() > kMaxLedgerKeys) keys.resize(kMaxLedgerKeys);
  LIF_ASSIGN_OR_RETURN(const std::vector<LedgerLayer> found, ledger.LookUp(keys));
  Rows rows;
  for (const LedgerLayer& row : found) rows.emplace(row.layer_key, row);
  return rows;
}

}  // namespace

// Best ranked first: what is not built can't be fetched, and costs what the ledger says of it.
absl::StatusOr<std::vector<LedgerLayer>> StartPrewarm::Choose(std::stop_token stop) const {
  LIF_ASSIGN_OR_RETURN(std::vector<Stack> stacks, CollectStacks(seams_.catalog, options_, stop));
  LIF_ASSIGN_OR_RETURN(const Rows rows, LookUp(seams_.ledger, stacks));
  const std::vector<RankedStack> ranked =
      RankStacks(std::move(stacks), [&rows](const Stack&, const ChainLayer& layer) {
        const auto row = rows.find(layer.key);
        return row == rows.end() ? absl::ZeroDuration() : row->second.duration;
      });
  std::vector<LedgerLayer> chosen;
  int64_t bytes = 0;
  for (const RankedStack& stack : ranked) {
    if (static_cast<int>(chosen.size()) == options_.images) break;
    const auto row = rows.find(stack.stack.key);
    if (row == rows.end()) continue;
    int64_t size = 0;  // of the stack's own layers; stacks that share some count them twice
    for (const ChainLayer& layer : stack.stack.chain.layers) {
      const auto part = rows.find(layer.key);
      if (part != rows.end()) size += part->second.size;
    }
    if (bytes + size > options_.max_bytes) continue;
    bytes += size;
    chosen.push_back(row->second);
  }
  return chosen;
}

absl::Status StartPrewarm::Pull(const std::string& image, absl::Duration deadline,
                                std::stop_token stop) const {
  ProcessSpec spec;
  spec.argv = DockerArgv("docker", options_.docker_host);
  spec.argv.insert(spec.argv.end(),
                   {"pull", "--quiet", "--platform", options_.platform.ToString(), image});
  spec.deadline = deadline;
  LIF_ASSIGN_OR_RETURN(const CapturedProcess pulled, RunCaptured(seams_.runner, spec, stop));
  if (pulled.result.Succeeded()) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(
      "docker pull ended with ",
      pulled.result.end == ProcessResult::End::kDeadline ? "its deadline" : "an error", ": ",
      std::string(absl::StripAsciiWhitespace(pulled.err)).substr(0, kMaxReason)));
}

int StartPrewarm::Run(std::stop_token stop) const {
  if (options_.images <= 0) return 0;
  const absl::Duration end = seams_.clock.Steady() + options_.max_time;
  const absl::StatusOr<std::vector<LedgerLayer>> chosen = Choose(stop);
  if (!chosen.ok()) {
    seams_.logger.Warn("not prewarmed", {{"error", chosen.status()}});
    return 0;
  }
  int pulled = 0;
  for (const LedgerLayer& layer : *chosen) {
    const absl::Duration left = end - seams_.clock.Steady();
    if (stop.stop_requested() || left <= absl::ZeroDuration()) break;
    const absl::Status status = Pull(ImageOf(layer), left, stop);
    if (status.ok()) {
      ++pulled;
    } else {
      seams_.logger.Warn("a stack was not prewarmed",
                         {{"module", layer.module_ref}, {"error", status}});
    }
  }
  seams_.logger.Info("prewarmed", {{"images", pulled}, {"chosen", chosen->size()}});
  return pulled;
}

}  // namespace lif
