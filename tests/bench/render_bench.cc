// Time to render a manifest of eight modules and to compute its identity; the ceiling beside it is
// hashing the same number of bytes once.
#include <cstdio>
#include <string>
#include <vector>

#include "common/base/digest.h"
#include "common/catalog/digests.h"
#include "common/stitch/dockerfile.h"
#include "tests/bench/statistics.h"

namespace lif {
namespace {

constexpr int kModules = 8;
constexpr int kRounds = 2000;

Module MakeModule(int index) {
  const Slot slots[] = {Slot::kSecurity, Slot::kCore, Slot::kLight, Slot::kApp};
  Module module;
  module.name = "module-" + std::to_string(index);
  module.version = "1.0.0";
  module.slot = slots[index / 2];
  module.summary = "One of eight";
  module.platforms = {Platform{"linux", "amd64"}, Platform{"linux", "arm64"}};
  module.args = {{"VERSION", "1.2.3"}, {"PREFIX", "/opt/module"}};
  module.fragment =
      "# Installs a package as the example catalog does.\n"
      "RUN --mount=type=cache,target=/var/cache/apt --mount=type=cache,target=/var/lib/apt \\\n"
      "    --mount=type=tmpfs,target=/var/log --mount=type=tmpfs,target=/tmp \\\n"
      "    apt-get -o APT::Update::Error-Mode=any update && \\\n"
      "    apt-get install -y --no-install-recommends ca-certificates && \\\n"
      "    rm -f /var/cache/ldconfig/aux-cache\n"
      "COPY --from=module app.conf /etc/app/\n"
      "ENV MODULE_PREFIX=$PREFIX\n";
  module.files = {ModuleFile{"app.conf", std::string(64, 'a'), 1200, false}};
  module.tests = {ImageTest{"answers", {"/bin/true"}, std::nullopt, absl::Seconds(10)}};
  return module;
}

ResolvedManifest MakeManifest() {
  ResolvedManifest resolved;
  const Platform amd64{"linux", "amd64"};
  resolved.base.name = "debian-12";
  resolved.base.epoch = 1735689600;
  resolved.base.platforms[amd64] = {"registry.test/debian", "sha256:" + std::string(64, 'b')};
  resolved.image_template.name = "service";
  resolved.image_template.version = "1.0.0";
  resolved.manifest.id = "eight-modules";
  resolved.manifest.template_name = "service";
  resolved.manifest.template_version = "1.0.0";
  resolved.manifest.base = "debian-12";
  resolved.manifest.platforms = {amd64};
  for (Slot slot : {Slot::kSecurity, Slot::kCore, Slot::kLight, Slot::kApp}) {
    resolved.image_template.slots.push_back({slot, true, slot < Slot::kLight});
  }
  for (int i = 0; i < kModules; ++i) {
    Module module = MakeModule(i);
    resolved.manifest.modules[module.slot].push_back({module.name, module.version, {}});
    resolved.stack.push_back({module, module.args});
  }
  return resolved;
}

int Main() {
  const ResolvedManifest manifest = MakeManifest();
  const Platform platform{"linux", "amd64"};
  std::vector<double> render;
  std::vector<double> hash;
  size_t bytes = 0;
  for (int round = 0; round < kRounds; ++round) {
    auto start = std::chrono::steady_clock::now();
    auto rendered = RenderDockerfile(manifest, {platform, Recipe()});
    auto identity = ComputeIdentity(manifest, platform, Recipe());
    render.push_back(MillisecondsSince(start));
    if (!rendered.ok() || !identity.ok()) {
      std::fprintf(stderr, "%s%s\n", rendered.status().ToString().c_str(),
                   identity.status().ToString().c_str());
      return 1;
    }
    bytes = rendered->text.size();
    start = std::chrono::steady_clock::now();
    std::string digest = Sha256Hex(rendered->text);
    hash.push_back(MillisecondsSince(start));
    if (digest.empty()) return 1;
  }
  PrintSamples("render and identity of 8 modules", render);
  PrintSamples("sha256 of the " + std::to_string(bytes) + " rendered bytes", hash);
  return 0;
}

}  // namespace
}  // namespace lif

int main() {
  return lif::Main();
}
