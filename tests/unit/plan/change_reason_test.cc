#include "common/plan/change_reason.h"

#include "tests/support/catch.h"
#include "tests/unit/plan/plan_world.h"

namespace lif {
namespace {

struct Row {
  std::string name;
  Stack last;
  Stack now;
  std::vector<std::string> reasons;
};

const std::vector<Row>& Rows() {
  static const std::vector<Row> rows = {
      {"nothing changed",
       {"security ca@1.0.0", "core python3@1.0.0"},
       {"security ca@1.0.0", "core python3@1.0.0"},
       {"", ""}},
      {"a module's version",
       {"security ca@1.0.0", "core python3@1.0.0", "app web@1.0.0"},
       {"security ca@1.0.0", "core python3@1.1.0", "app web@1.0.0"},
       {"", "core module python3 changed 1.0.0 → 1.1.0",
        "stands on a change: core module python3 changed 1.0.0 → 1.1.0"}},
      {"two versions: each has its own reason, and the lowest stands for what is above",
       {"security ca@1.0.0", "core python3@1.0.0", "light tini@1.0.0", "app web@1.0.0"},
       {"security ca@1.1.0", "core python3@1.0.0", "light tini@2.0.0", "app web@1.0.0"},
       {"security module ca changed 1.0.0 → 1.1.0",
        "stands on a change: security module ca changed 1.0.0 → 1.1.0",
        "light module tini changed 1.0.0 → 2.0.0",
        "stands on a change: security module ca changed 1.0.0 → 1.1.0"}},
      {"an argument",
       {"core python3@1.0.0", "app web@1.0.0 PORT=80 USER=web"},
       {"core python3@1.0.0", "app web@1.0.0 PORT=8080 USER=web"},
       {"", "argument of app module web changed: PORT 80 → 8080"}},
      {"more arguments than are worth reading",
       {"app web@1.0.0 A=1 B=1 C=1 D=1 E=1"},
       {"app web@1.0.0 A=2 B=2 C=2 D=2 E=2"},
       {"arguments of app module web changed: A 1 → 2, B 1 → 2, C 1 → 2 and 2 more"}},
      {"a module that is new",
       {"core python3@1.0.0", "app web@1.0.0"},
       {"core python3@1.0.0", "light tini@1.0.0", "app web@1.0.0"},
       {"", "light module tini@1.0.0 is new in the stack",
        "stands on a change: light module tini@1.0.0 is new in the stack"}},
      {"a module that left",
       {"core python3@1.0.0", "light tini@1.0.0", "app web@1.0.0"},
       {"core python3@1.0.0", "app web@1.0.0"},
       {"", "stands on a change: light module tini@1.0.0 left the stack"}},
      {"the order",
       {"light tini@1.0.0", "light probe@1.0.0"},
       {"light probe@1.0.0", "light tini@1.0.0"},
       {"stands on a change: the order of the modules changed",
        "stands on a change: the order of the modules changed"}},
      {"a stack that was empty",
       {},
       {"app web@1.0.0"},
       {"app module web@1.0.0 is new in the stack"}},
  };
  return rows;
}

TEST_CASE("a changed layer is explained by what changed in it or below it") {
  for (const Row& row : Rows()) {
    INFO(row.name);
    CHECK(ExplainChanges(MakeBuild("now", row.now).chain, MakeBuild("last", row.last).chain) ==
          row.reasons);
  }
}

TEST_CASE("a changed base is the reason for all that has not changed itself") {
  const Stack stack = {"core python3@1.0.0", "app web@1.0.0"};
  const Chain last = MakeBuild("a", stack).chain;
  Chain now = MakeBuild("a", stack, "linux/arm64").chain;  // other keys throughout
  now.base_image = "registry.test/debian@sha256:" + std::string(64, 'b');
  const std::string digest = last.base_image.substr(last.base_image.find("sha256:"), 19);
  const std::string cause = "base debian-12 changed " + digest + " → sha256:bbbbbbbbbbbb";
  CHECK(ExplainChanges(now, last) == std::vector<std::string>(2, "stands on a change: " + cause));
  now.base = "debian-13";
  CHECK(ExplainChanges(now, last)[0] == "stands on a change: base changed debian-12 → debian-13");
}

TEST_CASE("a changed recipe is said so, and the same base from another registry is no change") {
  const Stack stack = {"app web@1.0.0"};
  const Chain last = MakeBuild("a", stack).chain;
  Chain now = MakeBuild("a", stack, "linux/arm64").chain;
  now.base_image = "mirror.test/debian" + last.base_image.substr(last.base_image.find('@'));
  now.recipe_digest = std::string(64, '1');
  CHECK(ExplainChanges(now, last)[0] ==
        "stands on a change: the recipe changed (stitch version, network mode, engine, "
        "compression or base epoch)");
}

TEST_CASE("a record knows keys and names only, which is enough to name the module") {
  Chain last = MakeBuild("a", {"core python3@1.0.0", "app web@1.0.0 PORT=80"}).chain;
  for (ChainLayer& layer : last.layers) {
    layer.args.clear();
    layer.layer_digest.clear();
  }
  last.base_image.clear();
  last.recipe_digest.clear();
  CHECK(
      ExplainChanges(MakeBuild("a", {"core python3@1.1.0", "app web@1.0.0 PORT=80"}).chain, last) ==
      std::vector<std::string>{"core module python3 changed 1.0.0 → 1.1.0",
                               "stands on a change: core module python3 changed 1.0.0 → 1.1.0"});
  CHECK(
      ExplainChanges(MakeBuild("a", {"core python3@1.0.0", "app web@1.0.0 PORT=81"}).chain, last) ==
      std::vector<std::string>{"", "an argument or the content of app module web changed"});
}

TEST_CASE("content that changed under the same version is said so") {
  const Chain last = MakeBuild("a", {"app web@1.0.0"}).chain;
  Chain now = last;
  now.layers[0].layer_digest = std::string(64, '2');
  now.layers[0].key = std::string(64, '3');
  CHECK(ExplainChanges(now, last)[0] == "app module web has other content");
}

}  // namespace
}  // namespace lif
