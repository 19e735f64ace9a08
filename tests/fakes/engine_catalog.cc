#include "tests/fakes/engine_catalog.h"

#include "common/base/digest.h"

namespace lif {
namespace {

const Platform kPlatform{"linux", "amd64"};

Module MakeModule(const std::string& name, Slot slot, const std::string& fragment) {
  Module module;
  module.name = name;
  module.version = "1.0.0";
  module.slot = slot;
  module.summary = name;
  module.platforms = {kPlatform};
  module.fragment = fragment;
  return module;
}

ImageTest MakeTest(const std::string& name, std::vector<std::string> run) {
  ImageTest test;
  test.name = name;
  test.run = std::move(run);
  return test;
}

void AddManifest(Catalog* catalog, const Module& app) {
  catalog->modules[app.Ref()] = app;
  Manifest manifest;
  manifest.id = app.name;
  manifest.summary = app.name;
  manifest.template_name = "service";
  manifest.template_version = "1.0.0";
  manifest.base = "debian";
  manifest.platforms = {kPlatform};
  manifest.modules[Slot::kCore] = {{"motd", "1.0.0", {}}};
  manifest.modules[Slot::kApp] = {{app.name, app.version, {}}};
  catalog->manifests[manifest.id] = manifest;
}

}  // namespace

Catalog EngineCatalog() {
  Catalog catalog;
  catalog.name = "rig";
  Base base;
  base.name = "debian";
  base.epoch = 1700000000;
  base.platforms[kPlatform] = {"registry.example/debian", "sha256:" + std::string(64, 'b')};
  catalog.bases["debian"] = base;
  Template service;
  service.name = "service";
  service.version = "1.0.0";
  service.slots = {{Slot::kCore, true, true}, {Slot::kApp, true, false}};
  service.config.user = "1000:1000";
  service.tests = {MakeTest("template-test", {"echo", "template"})};
  catalog.templates[service.Ref()] = service;

  Module motd = MakeModule("motd", Slot::kCore, "COPY --from=module etc/motd /etc/motd\n");
  motd.files = {{"etc/motd", Sha256Hex(kEngineCatalogFile), kEngineCatalogFile.size(), false}};
  motd.tests = {MakeTest("motd-test", {"echo", "motd"})};
  catalog.modules[motd.Ref()] = motd;

  Module good = MakeModule("good", Slot::kApp, "RUN echo hello from good\n");
  good.tests = {MakeTest("says-yes", {"echo", "yes"})};
  good.tests[0].expect_stdout = "yes";
  AddManifest(&catalog, good);
  AddManifest(&catalog,
              MakeModule("run-fails", Slot::kApp, "# a comment\nRUN echo it broke && exit 42\n"));
  Module test_fails = MakeModule("test-fails", Slot::kApp, "RUN echo fine\n");
  test_fails.tests = {MakeTest("passes", {"echo", "ok"}), MakeTest("finds-fault", {"exit", "7"}),
                      MakeTest("never-runs", {"echo", "ok"})};
  AddManifest(&catalog, test_fails);
  Module test_killed = MakeModule("test-killed", Slot::kApp, "RUN echo fine\n");
  test_killed.tests = {MakeTest("is-killed", {"exit", "137"})};
  AddManifest(&catalog, test_killed);
  Module test_oom = MakeModule("test-oom", Slot::kApp, "RUN echo fine\n");
  test_oom.tests = {MakeTest("takes-all", {"out-of-memory"})};
  AddManifest(&catalog, test_oom);
  AddManifest(&catalog, MakeModule("slow", Slot::kApp, "RUN echo begins && sleep 400\n"));
  AddManifest(&catalog, MakeModule("brief", Slot::kApp, "RUN echo begins && sleep 2\n"));
  return catalog;
}

}  // namespace lif
