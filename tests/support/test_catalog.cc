#include "tests/support/test_catalog.h"

#include <string>
#include <utility>

namespace lif {
namespace {

const Platform kAmd64{"linux", "amd64"};
const Platform kArm64{"linux", "arm64"};

Module MakeModule(const std::string& name, Slot slot) {
  Module module;
  module.name = name;
  module.version = "1.0.0";
  module.slot = slot;
  module.platforms = {kAmd64, kArm64};
  module.fragment = "RUN echo " + name + "\n";
  ImageTest test;
  test.name = "works";
  test.run = {"/bin/" + name, "--version"};
  module.tests = {test};
  return module;
}

Manifest MakeManifest(const std::string& id, const std::string& app) {
  Manifest manifest;
  manifest.id = id;
  manifest.summary = "Manifest " + id;
  manifest.template_name = "service";
  manifest.template_version = "1.0.0";
  manifest.base = "debian-12";
  manifest.modules[Slot::kSecurity] = {{"ca-roots", "1.0.0", {}}};
  manifest.modules[Slot::kApp] = {{app, "1.0.0", {}}};
  manifest.platforms = {kAmd64, kArm64};
  return manifest;
}

void Add(Catalog* catalog, Module module) {
  catalog->modules[module.Ref()] = std::move(module);
}
void Add(Catalog* catalog, Manifest manifest) {
  catalog->manifests[manifest.id] = std::move(manifest);
}

}  // namespace

Catalog TestCatalog() {
  Catalog catalog;
  catalog.name = "test";
  Base base;
  base.name = "debian-12";
  base.epoch = 1700000000;
  base.platforms[kAmd64] = {"127.0.0.1:5000/debian", "sha256:" + std::string(64, 'a')};
  base.platforms[kArm64] = {"127.0.0.1:5000/debian", "sha256:" + std::string(64, 'b')};
  catalog.bases[base.name] = base;
  Template service;
  service.name = "service";
  service.version = "1.0.0";
  service.slots = {{Slot::kSecurity, true, true}, {Slot::kApp, true, false}};
  service.config.user = "1000";
  catalog.templates[service.Ref()] = service;
  Add(&catalog, MakeModule("ca-roots", Slot::kSecurity));
  Add(&catalog, MakeModule("python-web", Slot::kApp));
  Add(&catalog, MakeModule("nginx", Slot::kApp));
  Add(&catalog, MakeManifest("py-api", "python-web"));
  Add(&catalog, MakeManifest("py-worker", "python-web"));
  Manifest nginx = MakeManifest("nginx-site", "nginx");
  nginx.platforms = {kAmd64};
  Add(&catalog, nginx);
  Manifest gpu = MakeManifest("gpu-report", "python-web");
  gpu.platforms = {kAmd64};
  gpu.requires_ = {"gpu"};
  Add(&catalog, gpu);
  return catalog;
}

}  // namespace lif
