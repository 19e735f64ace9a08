#include "tests/integration/postgres_catalog/sample_catalog.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "common/base/digest.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

const Platform kAmd64{"linux", "amd64"};
const Platform kArm64{"linux", "arm64"};

Module CorePython() {
  Module module;
  module.name = "core-python";
  module.version = "1.0.0";
  module.slot = Slot::kCore;
  module.summary = "Python";
  module.args = {{"PORT", "8080"}};
  module.platforms = {kAmd64, kArm64};
  module.needs = {};
  module.conflicts = {{"core-node", ">=1.0.0"}};
  module.provides = {"PYTHONPATH"};
  ImageTest test;
  test.name = "runs";
  test.run = {"python3", "-c", "print(\"ü\")"};
  test.expect_stdout = "ü";
  test.timeout = absl::Seconds(5);
  test.network = TestNetwork::kLoopback;
  module.tests = {test};
  module.secrets = {{"token", "1"}};
  module.fragment = "ARG PORT\nRUN apt-get install python3\n";
  module.files = {{"hello.py", Sha256Hex(kSampleFile), sizeof kSampleFile - 1, true}};
  return module;
}

Module PlainModule(const std::string& name, Slot slot) {
  Module module;
  module.name = name;
  module.version = "1.0.0";
  module.slot = slot;
  module.platforms = {kAmd64};
  module.fragment = "RUN true\n";
  return module;
}

Manifest MakeManifest(const std::string& id, const std::string& core) {
  Manifest manifest;
  manifest.id = id;
  manifest.summary = "Serves " + id;
  manifest.template_name = "service";
  manifest.template_version = "1.0.0";
  manifest.base = "debian-12";
  manifest.modules[Slot::kCore] = {{core, "1.0.0", {}}};
  manifest.modules[Slot::kApp] = {{"app-web", "1.0.0", {}}};
  manifest.platforms = {kAmd64};
  return manifest;
}

}  // namespace

Catalog SampleCatalog() {
  Catalog catalog;
  catalog.name = "sample";
  Base base;
  base.name = "debian-12";
  base.epoch = 1'700'000'000;
  base.platforms[kAmd64] = {"127.0.0.1:5000/debian", "sha256:" + std::string(64, 'a')};
  base.platforms[kArm64] = {"127.0.0.1:5000/debian", "sha256:" + std::string(64, 'b')};
  catalog.bases[base.name] = base;
  Template service;
  service.name = "service";
  service.version = "1.0.0";
  service.summary = "A service";
  service.slots = {{Slot::kCore, true, true}, {Slot::kApp, true, false}};
  service.config.user = "1000";
  service.config.entrypoint = {"/bin/serve"};
  catalog.templates[service.Ref()] = service;
  for (const Module& module :
       {CorePython(), PlainModule("core-node", Slot::kCore), PlainModule("app-web", Slot::kApp)}) {
    catalog.modules[module.Ref()] = module;
  }
  Manifest python = MakeManifest("py-web", "core-python");
  python.modules[Slot::kCore][0].args = {{"PORT", "9090"}};
  python.requires_ = {"gpu"};
  for (const Manifest& manifest :
       {python, MakeManifest("py-web_2", "core-python"), MakeManifest("node-web", "core-node")}) {
    catalog.manifests[manifest.id] = manifest;
  }
  return catalog;
}

PublishedCatalog::PublishedCatalog() {
  file_path_ = (std::filesystem::temp_directory_path() / "lif-sample-XXXXXX").string();
  int fd = ::mkstemp(file_path_.data());
  REQUIRE(fd >= 0);
  ::close(fd);
  std::ofstream(file_path_) << kSampleFile;
}

PublishedCatalog::~PublishedCatalog() {
  std::filesystem::remove(file_path_);
}

absl::StatusOr<PublishResult> PublishedCatalog::Publish(const Catalog& catalog) {
  CatalogPublisher publisher(*pool_, blobs_);
  return publisher.Publish(
      {catalog, [this](const Module&, const ModuleFile&) { return file_path_; }});
}

}  // namespace lif
