// Time to plan a whole catalog of 4,000 manifests on two platforms; beside it, what the plan rests
// on: the index of shared layers, read once, and asked for again when nothing was published.
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/catalog/directory_catalog_reader.h"
#include "common/plan/layer_index.h"
#include "common/plan/planner.h"
#include "tests/bench/statistics.h"

namespace lif {
namespace {

constexpr int kManifests = 4000;
constexpr int kStacks = 20;  // of stable layers
constexpr int kLights = 50;
constexpr int kRounds = 20;

const Platform kPlatforms[] = {{"linux", "amd64"}, {"linux", "arm64"}};

std::string AddModule(Catalog* catalog, Slot slot, int number, int part) {
  Module module;
  module.name = absl::StrCat(std::string(SlotName(slot)), "-", number, "-", part);
  module.version = "1.0.0";
  module.slot = slot;
  module.platforms = {kPlatforms[0], kPlatforms[1]};
  module.args = {{"VERSION", absl::StrCat("1.2.", number)}, {"PREFIX", "/opt/module"}};
  module.fragment = absl::StrCat("RUN apt-get install -y ", module.name, "=$VERSION\n",
                                 std::string(1000, '#'), "\n");
  const std::string name = module.name;
  catalog->modules[module.Ref()] = std::move(module);
  return name;
}

// Two security, two core, one light and one app module each.
Catalog MakeCatalog() {
  Catalog catalog;
  Base base;
  base.name = "debian-12";
  for (const Platform& platform : kPlatforms) {
    base.platforms[platform] = {"registry.test/debian", "sha256:" + std::string(64, 'a')};
  }
  catalog.bases[base.name] = base;
  Template service;
  service.name = "service";
  service.version = "1.0.0";
  for (const Slot slot : {Slot::kSecurity, Slot::kCore, Slot::kLight, Slot::kApp}) {
    service.slots.push_back({slot, true, slot < Slot::kLight});
  }
  catalog.templates[service.Ref()] = service;
  for (int i = 0; i < kManifests; ++i) {
    Manifest manifest;
    manifest.id = absl::StrCat("manifest-", i);
    manifest.template_name = "service";
    manifest.template_version = "1.0.0";
    manifest.base = "debian-12";
    const auto use = [&](Slot slot, int number, int part) {
      manifest.modules[slot].push_back({AddModule(&catalog, slot, number, part), "1.0.0", {}});
    };
    for (const int part : {0, 1}) {
      use(Slot::kSecurity, i % kStacks, part);
      use(Slot::kCore, i % kStacks, part);
    }
    use(Slot::kLight, i % kLights, 0);
    use(Slot::kApp, i, 0);
    catalog.manifests[manifest.id] = manifest;
  }
  return catalog;
}

bool AddBuilds(DirectoryCatalogReader& catalog, std::vector<BuildToPlan>* builds) {
  for (const auto& [id, unused] : catalog.catalog().manifests) {
    const absl::StatusOr<ResolvedManifest> manifest = catalog.GetManifest(id);
    if (!manifest.ok()) return false;
    for (const Platform& platform : kPlatforms) {
      const auto identity = ComputeIdentity(*manifest, platform, Recipe());
      if (!identity.ok()) return false;
      BuildToPlan build;
      build.manifest_id = id;
      build.platform = platform;
      build.build_key = identity->build_key;
      build.chain = ChainOf(*manifest, *identity);
      builds->push_back(std::move(build));
    }
  }
  return true;
}

bool Measure(const std::string& name, const PlanInput& input, Plan* plan) {
  std::vector<double> samples;
  for (int round = 0; round < kRounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    absl::StatusOr<Plan> made = MakePlan(input);
    if (!made.ok()) return false;
    const auto chunks = SubmitChunks(*made);
    samples.push_back(MillisecondsSince(start));
    if (chunks.empty()) return false;
    *plan = *std::move(made);
  }
  PrintSamples(absl::StrCat(name, ": ", plan->jobs.size(), " jobs"), samples);
  return true;
}

int Main() {
  DirectoryCatalogReader catalog(MakeCatalog());
  LayerIndex index(catalog, Recipe());
  auto start = std::chrono::steady_clock::now();
  const auto shared = index.Current();
  PrintSamples("index of the catalog's layers, first", {MillisecondsSince(start)});
  start = std::chrono::steady_clock::now();
  const bool kept = index.Current().ok();
  PrintSamples("index of the catalog's layers, again", {MillisecondsSince(start)});
  PlanInput input;
  if (!kept || !shared.ok() || !AddBuilds(catalog, &input.builds)) return 1;
  input.shared = shared->get();
  const std::string what = absl::StrCat("plan of ", input.builds.size(), " builds, ");
  Plan plan;
  if (!Measure(what + "nothing built", input, &plan)) return 1;
  for (const PlannedJob& job : plan.jobs) {
    if (job.spec.kind != JobKind::kLayer) continue;
    LedgerLayer row;
    row.layer_key = job.spec.key;
    row.generation = job.spec.generation;
    input.ledger[row.layer_key] = row;
  }
  return Measure(what + "all layers in the ledger", input, &plan) ? 0 : 1;
}

}  // namespace
}  // namespace lif

int main() {
  return lif::Main();
}
