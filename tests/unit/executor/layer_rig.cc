#include "tests/unit/executor/layer_rig.h"

#include "absl/strings/str_cat.h"
#include "common/base/ids.h"

namespace lif {
namespace {

const Platform kAmd{"linux", "amd64"};
const Platform kArm{"linux", "arm64"};

std::string AddModule(Catalog* catalog, const std::string& name, Slot slot,
                      const std::string& run) {
  Module module;
  module.name = name;
  module.version = "1.0.0";
  module.slot = slot;
  module.summary = name;
  module.platforms = {kAmd, kArm};
  module.fragment = absl::StrCat("RUN ", run, "\n");
  catalog->modules[module.Ref()] = module;
  return name;
}

void AddManifest(Catalog* catalog, const std::string& id, const std::string& core,
                 std::vector<Platform> platforms) {
  Manifest manifest;
  manifest.id = id;
  manifest.summary = id;
  manifest.template_name = "stack";
  manifest.template_version = "1.0.0";
  manifest.base = "debian";
  manifest.platforms = std::move(platforms);
  manifest.modules[Slot::kSecurity] = {{"ca", "1.0.0", {}}};
  manifest.modules[Slot::kCore] = {{core, "1.0.0", {}}};
  manifest.modules[Slot::kLight] = {{"tini", "1.0.0", {}}};
  const std::string app = AddModule(catalog, "app-" + id, Slot::kApp, "echo app-" + id);
  manifest.modules[Slot::kApp] = {{app, "1.0.0", {}}};
  catalog->manifests[id] = manifest;
}

}  // namespace

Catalog LayerCatalog() {
  Catalog catalog;
  catalog.name = "layers";
  Base base;
  base.name = "debian";
  base.epoch = 1700000000;
  base.platforms[kAmd] = {"registry.example/debian", "sha256:" + std::string(64, 'b')};
  base.platforms[kArm] = {"registry.example/debian", "sha256:" + std::string(64, 'a')};
  catalog.bases["debian"] = base;
  Template stack;
  stack.name = "stack";
  stack.version = "1.0.0";
  stack.slots = {{Slot::kSecurity, true, true},
                 {Slot::kCore, true, true},
                 {Slot::kLight, false, false},
                 {Slot::kApp, true, false}};
  stack.config.user = "1000:1000";
  catalog.templates[stack.Ref()] = stack;
  AddModule(&catalog, "ca", Slot::kSecurity, "echo ca && sleep 3");
  AddModule(&catalog, "py", Slot::kCore, "echo py && sleep 5");
  AddModule(&catalog, "bad", Slot::kCore, "echo bad && exit 9");
  AddModule(&catalog, "tini", Slot::kLight, "echo tini");
  AddManifest(&catalog, "web", "py", {kAmd, kArm});
  AddManifest(&catalog, "api", "py", {kAmd, kArm});
  AddManifest(&catalog, "broken", "bad", {kAmd});
  AddManifest(&catalog, "gpu-report", "py", {kAmd});
  catalog.manifests["gpu-report"].requires_ = {"gpu"};
  return catalog;
}

LayerRig::LayerRig() : ExecutorRig(LayerCatalog()) {
  services->ledger = &ledger;
  services->ledger_writer = &ledger;
  services->jobs = &queue;
}

std::string LayerRig::LayerKeyOf(const std::string& manifest_id, int position) {
  const auto manifest = catalog->GetManifest(manifest_id);
  REQUIRE(manifest.ok());
  const auto identity = ComputeIdentity(*manifest, kAmd, Recipe());
  REQUIRE(identity.ok());
  return identity->chain.at(position).key;
}

JobSpec LayerRig::LayerSpec(const std::string& manifest_id, int position, int64_t generation) {
  JobSpec spec = Spec(manifest_id, generation);
  spec.kind = JobKind::kLayer;
  spec.key = LayerKeyOf(manifest_id, position);
  spec.job_id = absl::StrCat(spec.key, ".", generation);
  return spec;
}

LedgerLayer LayerRig::MakeLayer(const std::string& manifest_id, int position, int64_t generation) {
  SubmitSpec(LayerSpec(manifest_id, position, generation));
  RunNext();
  return Row(manifest_id, position);
}

bool LayerRig::HasRow(const std::string& manifest_id, int position) {
  const auto rows = ledger.LookUp({LayerKeyOf(manifest_id, position)});
  REQUIRE(rows.ok());
  return !rows->empty();
}

LedgerLayer LayerRig::Row(const std::string& manifest_id, int position) {
  const auto rows = ledger.LookUp({LayerKeyOf(manifest_id, position)});
  REQUIRE(rows.ok());
  REQUIRE(rows->size() == 1);
  return rows->front();
}

int LayerRig::RunAll(const std::string& pool) {
  int ran = 0;
  while (true) {
    const auto claimed = queue.Claim({"executor-1", pool, NewUlid(clock.Now()), kLease});
    REQUIRE(claimed.ok());
    if (!claimed->has_value()) return ran;
    const auto lease = keeper->Hold({(*claimed)->spec.job_id, (*claimed)->token});
    {
      const TimePump time(clock);
      runner->Handle(**claimed, *lease);
    }
    keeper->Release(lease);
    ++ran;
    REQUIRE(ran < 100);
  }
}

bool LayerRig::LastBuildRan(const std::string& module) const {
  return builder.last_dockerfile().find(absl::StrCat("RUN echo ", module)) != std::string::npos;
}

}  // namespace lif
