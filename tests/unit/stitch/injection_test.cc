// The renderer against rows that no parser has checked: whatever a value holds, it is refused, or
// it stays inside of its instruction.
#include <random>

#include "absl/strings/str_split.h"
#include "tests/support/catch.h"
#include "tests/unit/stitch/stitch_fixture.h"

namespace lif {
namespace {

const std::string kEvil[] = {"a\nRUN evil",
                             "a\rRUN evil",
                             "a\n#",
                             "x AS y\nFROM evil",
                             "a\x0b"
                             "b",
                             "a\x85"
                             "b",
                             "\xff",
                             std::string("a\0b", 3),
                             "a\u2028RUN evil",
                             "a\u0085RUN evil"};

// The first word of each line: BuildKit starts an instruction nowhere else, since a value that is
// written is in quotes and ends neither a line nor in a backslash.
std::vector<std::string> Keywords(const std::string& text) {
  std::vector<std::string> keywords;
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  for (const std::string& line : lines) {
    if (!line.empty() && line[0] == '#') continue;
    keywords.push_back(line.substr(0, line.find(' ')));
  }
  return keywords;
}

template <typename Set>
void CheckField(const char* name, Set set, const std::string& value) {
  CAPTURE(name, value);
  ResolvedManifest manifest = FullManifest();
  set(&manifest, value);
  auto rendered = RenderDockerfile(manifest, Amd64());
  if (rendered.ok()) CHECK(Keywords(rendered->text) == Keywords(TextOrError(FullManifest())));
}

template <typename Set>
void CheckRefused(const char* name, Set set) {
  for (const std::string& value : kEvil) {
    CAPTURE(name, value);
    ResolvedManifest manifest = FullManifest();
    set(&manifest, value);
    CHECK_FALSE(RenderDockerfile(manifest, Amd64()).ok());
  }
}

TEST_CASE("Control characters are refused in every field that is written", "[stitch]") {
  using M = ResolvedManifest*;
  using S = const std::string&;
  CheckRefused("id", [](M m, S v) { m->manifest.id = v; });
  CheckRefused("argument", [](M m, S v) { m->stack[0].args["VERSION"] = v; });
  CheckRefused("argument name", [](M m, S v) { m->stack[0].args[v] = "x"; });
  CheckRefused("module name", [](M m, S v) { m->stack[0].module.name = v; });
  CheckRefused("module version", [](M m, S v) { m->stack[0].module.version = v; });
  CheckRefused("base image", [](M m, S v) { m->base.platforms[{"linux", "amd64"}].image = v; });
  CheckRefused("base digest", [](M m, S v) { m->base.platforms[{"linux", "amd64"}].digest = v; });
  CheckRefused("base name", [](M m, S v) { m->base.name = v; });
  CheckRefused("user", [](M m, S v) { m->image_template.config.user = v; });
  CheckRefused("workdir", [](M m, S v) { m->image_template.config.workdir = "/" + v; });
  CheckRefused("env name", [](M m, S v) { m->image_template.config.env[v] = "x"; });
  CheckRefused("label key", [](M m, S v) { m->image_template.config.labels[v] = "x"; });
  CheckRefused("expose", [](M m, S v) { m->image_template.config.expose = {v}; });
  CheckRefused("template name", [](M m, S v) { m->image_template.name = v; });
  CheckRefused("template version", [](M m, S v) { m->image_template.version = v; });
}

TEST_CASE("A trust domain that is no name is refused", "[stitch]") {
  for (const char* domain : {"", "a,target=/", "a/../b", "a b", "A", "a\nRUN x"}) {
    RenderOptions options = Amd64();
    options.recipe.trust_domain = domain;
    CHECK(TextOrError(FullManifest(), options).find("trust domain '") == 0);
  }
}

TEST_CASE("Random values never add an instruction", "[stitch]") {
  using M = ResolvedManifest*;
  using S = const std::string&;
  std::mt19937 random(7);
  const std::string alphabet = "aZ0 \"'\\$`{}[]()<>|;&#=,:@/.-_\n\t\r\x0b\xc2\xa0\xe2\x80\xa8é";
  for (int round = 0; round < 100; ++round) {
    std::string value;
    for (int i = 0; i < 8; ++i) {
      value += alphabet[std::uniform_int_distribution<size_t>(0, alphabet.size() - 1)(random)];
    }
    CheckField(
        "argument", [](M m, S v) { m->stack[0].args["VERSION"] = v; }, value);
    CheckField(
        "env", [](M m, S v) { m->image_template.config.env["LANG"] = v; }, value);
    CheckField(
        "label", [](M m, S v) { m->image_template.config.labels["org.example.team"] = v; }, value);
    CheckField(
        "entrypoint",
        [](M m, S v) {
          m->image_template.config.entrypoint = {{v, v}};
        },
        value);
    CheckField(
        "command", [](M m, S v) { m->image_template.config.command = {{v}}; }, value);
    CheckField(
        "user", [](M m, S v) { m->image_template.config.user = v; }, value);
    CheckField(
        "workdir", [](M m, S v) { m->image_template.config.workdir = v; }, value);
    CheckField(
        "id", [](M m, S v) { m->manifest.id = v; }, value);
  }
}

}  // namespace
}  // namespace lif
