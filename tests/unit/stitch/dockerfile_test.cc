#include "common/stitch/dockerfile.h"

#include <algorithm>

#include "absl/strings/str_split.h"
#include "common/fragment/fragment.h"
#include "tests/support/catch.h"
#include "tests/unit/stitch/stitch_fixture.h"

namespace lif {
namespace {

std::vector<std::string> Lines(const std::string& text) {
  return absl::StrSplit(text, '\n');
}

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("Every line of a fragment is found in the Dockerfile, and back", "[stitch]") {
  const ResolvedManifest manifest = FullManifest();
  RenderedDockerfile rendered = *RenderDockerfile(manifest, Amd64());
  const std::vector<std::string> lines = Lines(rendered.text);
  REQUIRE(rendered.lines.size() == 3);
  int last = 0;
  for (size_t i = 0; i < 3; ++i) {
    const SourceLine& source = rendered.lines[i];
    const Module& module = manifest.stack[i].module;
    CHECK(source.module_ref == module.Ref());
    CHECK(source.stage == std::string(SlotName(module.slot)) + "-" + module.name);
    CHECK(source.fragment_first == 1);
    CHECK(source.first > last);
    last = source.last;
    std::vector<std::string> fragment = Lines(module.fragment);
    if (fragment.back().empty()) fragment.pop_back();
    REQUIRE(static_cast<size_t>(source.last - source.first + 1) == fragment.size());
    for (size_t j = 0; j < fragment.size(); ++j) {
      // Flags are rewritten in their place; the start and the end of a line stay.
      const std::string& line = lines[static_cast<size_t>(source.first - 1) + j];
      CHECK(line.substr(0, 4) == fragment[j].substr(0, 4));
      CHECK(line.back() == fragment[j].back());
    }
  }
}

TEST_CASE("Contexts and secrets are listed for the build", "[stitch]") {
  RenderedDockerfile rendered = *RenderDockerfile(FullManifest(), Amd64());
  REQUIRE(rendered.contexts.size() == 1);
  CHECK(rendered.contexts[0].name == "module-web-app");
  CHECK(rendered.contexts[0].module_ref == "web-app@1.0.0");
  CHECK(rendered.contexts[0].files.size() == 1);
  CHECK(rendered.secrets == std::vector<SecretRef>{{"npm-token", "2"}});
}

TEST_CASE("Rendering is pure", "[stitch]") {
  CHECK(TextOrError(FullManifest()) == TextOrError(FullManifest()));
}

TEST_CASE("No line asks for a frontend, and the first is no directive", "[stitch]") {
  const std::string text = TextOrError(FullManifest());
  CHECK_FALSE(Has(text, "syntax"));
  CHECK(Lines(text)[0] == "# Rendered by lif from a manifest; a change here is lost.");
}

TEST_CASE("Arguments of lower modules are not seen above", "[stitch]") {
  ResolvedManifest manifest = EmptyManifest();
  Module lower = TestModule(Slot::kCore, "lower", "RUN x $A $B $C\nENV C=$C\n");
  lower.args = {{"A", "1"}, {"B", "2"}, {"C", "3"}};
  Module upper = TestModule(Slot::kApp, "upper", "RUN y $B\n");
  upper.args = {{"B", "4"}};
  Push(&manifest, lower);
  Push(&manifest, upper);
  const std::string text = TextOrError(manifest);
  CHECK(Has(text, "ARG A=\"1\"\nARG B=\"2\"\nARG C=\"3\"\nRUN x"));
  // B is its own, C has become an ENV: an empty ARG would hide it.
  CHECK(Has(text, "ARG B=\"4\"\n# Arguments of lower modules end here.\nARG A=\"\"\nRUN y"));
}

TEST_CASE("A CMD of a module survives an ENTRYPOINT of the template", "[stitch]") {
  auto render = [](const std::string& fragment, bool entrypoint, bool command) {
    ResolvedManifest manifest = EmptyManifest();
    Push(&manifest, TestModule(Slot::kApp, "app", fragment));
    if (entrypoint) manifest.image_template.config.entrypoint = {{"tini"}};
    if (command) manifest.image_template.config.command = {{"own"}};
    std::string text = TextOrError(manifest);
    return text.substr(text.find(" AS image"));
  };
  CHECK(Has(render("CMD [\"a\", \"b\"]\n", true, false),
            "ENTRYPOINT [\"tini\"]\nCMD [\"a\", \"b\"]\n"));
  CHECK(Has(render("CMD a \\\n  \"b\"\n", true, false),
            "CMD [\"/bin/sh\", \"-c\", \"a   \\\"b\\\"\"]\n"));
  CHECK(Has(render("SHELL [\"/bin/bash\", \"-c\"]\nCMD a\n", true, false),
            "CMD [\"/bin/bash\", \"-c\", \"a\"]\n"));
  CHECK(Has(render("CMD [\"a\"]\n", true, true), "ENTRYPOINT [\"tini\"]\nCMD [\"own\"]\n"));
  CHECK_FALSE(Has(render("CMD [\"a\"]\n", false, false), "CMD"));
  CHECK_FALSE(Has(render("CMD [\"a\"]\n", true, true), "\"a\""));
  CHECK_FALSE(Has(render("RUN x\n", true, false), "CMD"));
}

TEST_CASE("An ENTRYPOINT of an upper module resets the CMD of a lower one", "[stitch]") {
  ResolvedManifest manifest = EmptyManifest();
  Push(&manifest, TestModule(Slot::kApp, "one", "CMD [\"a\"]\n"));
  Push(&manifest, TestModule(Slot::kApp, "two", "ENTRYPOINT [\"b\"]\n"));
  manifest.image_template.config.entrypoint = {{"tini"}};
  std::string text = TextOrError(manifest);
  CHECK_FALSE(Has(text.substr(text.find(" AS image")), "CMD"));
}

TEST_CASE("Cache mounts are private to domain, platform and module", "[stitch]") {
  const std::string text = TextOrError(FullManifest());
  CHECK(Has(text,
            "RUN --mount=type=cache,id=lif/default/linux-amd64/certificates/var/cache/apt,"
            "target=/var/cache/apt,sharing=locked \\\n"));
  CHECK(Has(text,
            "--mount=type=secret,id=npm-token,target=/run/secrets/npm-token,required=true,"
            "mode=0400 --network=none install-node"));
}

TEST_CASE("What is not offered or not usable is refused", "[stitch]") {
  ResolvedManifest manifest = FullManifest();
  manifest.base.platforms.erase({"linux", "amd64"});
  CHECK(absl::IsFailedPrecondition(RenderDockerfile(manifest, Amd64()).status()));

  manifest = FullManifest();
  manifest.stack.push_back(manifest.stack[0]);
  CHECK(TextOrError(manifest) ==
        "manifest web has module certificates twice; publish it with one of them");

  manifest = FullManifest();
  manifest.stack[0].module.fragment = "USER a\nFROM scratch\n";
  CHECK(TextOrError(manifest) ==
        "module certificates@1.0.0 can't be rendered: fragment.Dockerfile:2: FROM: is not allowed "
        "in a "
        "fragment; remove it: the manifest says what the module stands on; publish a corrected "
        "version");
}

}  // namespace
}  // namespace lif
