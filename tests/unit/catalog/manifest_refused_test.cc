// Manifests with one thing wrong.
#include "tests/unit/catalog/refused_table.h"

namespace lif {
namespace {

#define WEB "manifests/web.yaml:"

TEST_CASE("References of a manifest that lead nowhere are told", "[catalog]") {
  CheckSpoiled({
      {kManifest,
       "service@1.0.0",
       "service@2.0.0",
       {WEB "3: template: no template 'service@2.0.0'; write service@1.0.0"}},
      {kManifest,
       "service@1.0.0",
       "service",
       {WEB "3: template: 'service' has no version; write name@version, such as python3@1.0.0"}},
      {kManifest,
       "service@1.0.0",
       "service@latest",
       {WEB
        "3: template: 'latest' is not an exact version; write major.minor.patch: a manifest pins "
        "what it uses"}},
      {kManifest,
       "base: debian-12",
       "base: debian-11",
       {WEB
        "4: base: no base 'debian-11'; did you mean 'debian-12'?; name a base of this catalog"}},
      {kManifest,
       "python3@1.0.0",
       "python3@1.0.1",
       {WEB "9: modules.core[0]: no module 'python3@1.0.1'; write python3@1.0.0"}},
      {kManifest,
       "python3@1.0.0",
       "pyhton3@1.0.0",
       {WEB "9: modules.core[0]: no module 'pyhton3@1.0.0'; did you mean 'python3@1.0.0'?; name a "
            "module "
            "of this catalog"}},
      {kManifest,
       "python3@1.0.0",
       "python3@^1.0.0",
       {WEB
        "9: modules.core[0]: '^1.0.0' is not an exact version; write major.minor.patch: a manifest "
        "pins what it uses"}},
      {kManifest,
       "id: web",
       "id: wbe",
       {WEB
        "1: id: 'wbe' is not what the path says; write 'web', or rename the file or directory"}},
  });
}

TEST_CASE("Stacks that can't be built are told", "[catalog]") {
  CheckSpoiled({
      {kManifest,
       "  core:\n    - python3@1.0.0\n",
       "",
       {WEB "5: modules.core: is empty, but template service@1.0.0 requires it; add a module of "
            "the slot "
            "core"}},
      {kManifest,
       "  core:\n    - python3@1.0.0\n",
       "  core: []\n",
       {WEB "8: modules.core: is empty, but template service@1.0.0 requires it; add a module of "
            "the slot "
            "core"}},
      {kManifest,
       "  core:\n",
       "  cor:\n",
       {WEB "5: modules.core: is empty, but template service@1.0.0 requires it; add a module of "
            "the slot "
            "core",
        WEB
        "8: modules.cor: 'cor' is not a slot; did you mean 'core'?; write security, core, light or "
        "app"}},
      {kManifest,
       "    - python3@1.0.0\n",
       "    - python3@1.0.0\n    - certificates@1.0.0\n",
       {WEB "10: modules.core[1]: module certificates is in the stack twice, as "
            "certificates@1.0.0 "
            "too; keep one of them",
        WEB "10: modules.core[1]: module certificates@1.0.0 is made for the slot security; list it "
            "under "
            "security"}},
      {kManifest,
       "  app:\n",
       "  light:\n    - certificates@1.0.0\n  app:\n",
       {WEB "10: modules.light: template service@1.0.0 has no slot 'light'; remove its modules, or "
            "choose "
            "a template that has it",
        WEB "11: modules.light[0]: module certificates is in the stack twice, as "
            "certificates@1.0.0 "
            "too; keep one of them",
        WEB "11: modules.light[0]: module certificates@1.0.0 is made for the slot security; list "
            "it under "
            "security"}},
      {kManifest,
       "{PORT: 3000}",
       "{PROT: 3000}",
       {WEB
        "12: modules.app[0].args.PROT: module web-app@2.0.0 has no argument 'PROT'; did you mean "
        "'PORT'?; set one of PORT"}},
      {kManifest,
       "{PORT: 3000}",
       "{PORT: \"1 && x\"}",
       {WEB
        "12: modules.app[0].args.PORT: '1 && x' is not a safe value; write at most 512 of letters, "
        "digits, space and . _ / : @ + , = ~ % -, no space at an end"}},
      {kManifest,
       "args: {PORT: 3000}",
       "arg: {PORT: 3000}",
       {WEB
        "12: modules.app[0].'arg': is not a known key; did you mean 'args'?; write one of args, "
        "module"}},
      {kTemplate,
       "{slot: security, required: true, stable: true}\n  - {slot: core, required: true, stable: "
       "true}",
       "{slot: core, required: true}\n  - {slot: security, required: true}",
       {WEB "9: modules.core[0]: module python3@1.0.0 needs certificates ^1.0.0 below it; list "
            "certificates before it",
        WEB "9: modules.core[0]: module python3@1.0.0 uses $SSL_CERT_FILE, which no lower module "
            "provides; add below it certificates"}},
  });
}

TEST_CASE("Platforms that are not offered are told", "[catalog]") {
  CheckSpoiled({
      {kManifest,
       "modules:",
       "platforms: [linux/amd64, linux/arm]\nmodules:",
       {WEB "5: platforms[1]: 'linux/arm' is not a platform; write linux/amd64 or linux/arm64"}},
      {kManifest,
       "modules:",
       "platforms: [linux/amd64, linux/amd64]\nmodules:",
       {WEB "5: platforms[1]: 'linux/amd64' is listed twice; write it once"}},
  });
  CatalogFixture fixture;
  fixture.Replace(kManifest, "modules:", "platforms: [linux/amd64, linux/arm64]\nmodules:");
  fixture.Replace(kPython, "slot: core\n", "slot: core\nplatforms: [linux/amd64]\n");
  fixture.Replace(kBase, "  linux/arm64:", "#");
  fixture.Replace(kBase, "    image: ${{ registry }}/debian:12\n    digest: sha256:bb", "#");
  CHECK(fixture.Problems() ==
        std::vector<std::string>{
            WEB
            "5: platforms: base debian-12 has no linux/arm64; remove it; the base has linux/amd64",
            WEB
            "5: platforms: module python3@1.0.0 does not offer linux/arm64; remove it; the module "
            "offers linux/amd64"});
  CatalogFixture nothing;
  nothing.Replace(kPython, "slot: core\n", "slot: core\nplatforms: [linux/amd64]\n");
  nothing.Replace(kApp, "slot: app\n", "slot: app\nplatforms: [linux/arm64]\n");
  CHECK(nothing.Problems() ==
        std::vector<std::string>{
            WEB "1: platforms: no platform is offered by the base and every module; "
                "choose modules for one platform of the base"});
}

}  // namespace
}  // namespace lif
