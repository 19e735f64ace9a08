#include "common/config/help_text_internal.h"

#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("help: two columns, the right one wrapped") {
  CHECK(RenderHelpRows({{"--a", "one two three"}, {"--long-name", "four"}}, 22) ==
        "  --a          one two\n"
        "               three\n"
        "  --long-name  four\n");
}

TEST_CASE("help: a left text that is too long stands on its own line") {
  CHECK(RenderHelpRows({{"--an-option-with-a-very-long-name VALUE", "what"}, {"-x", "y"}}) ==
        "  --an-option-with-a-very-long-name VALUE\n" + std::string(34, ' ') + "what\n  -x" +
            std::string(30, ' ') + "y\n");
}

TEST_CASE("help: usage, choices, environment and defaults") {
  std::string server = "127.0.0.1:7400";
  std::vector<std::string> ids;
  OptionSet root("lif", "The factory.");
  root.Add({.name = "--server", .value = "HOST:PORT", .help = "Where", .env = "LIF_SERVER"},
           &server);
  OptionSet& build = root.AddCommand("build", "Build images");
  build.Add({.name = "--manifest-id", .value = "ID", .help = "What", .required = true}, &ids);
  build.SetFooter("Examples:\n  lif build");
  CHECK(RenderHelp({&root, &build}) ==
        "Build images\n\nUsage: lif build --manifest-id ID... [OPTIONS]\n\nOptions:\n"
        "  --manifest-id ID  What (repeatable; required)\n\nEverywhere:\n"
        "  --server HOST:PORT  Where (env LIF_SERVER; default 127.0.0.1:7400)\n\n"
        "Examples:\n  lif build\n");
  CHECK(RenderHelp({&root}).find("Commands:\n  build  Build images\n") != std::string::npos);
}

}  // namespace
}  // namespace lif
