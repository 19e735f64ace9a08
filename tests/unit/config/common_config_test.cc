#include "common/config/common_config.h"

#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("common config: environment only, defaults for the rest") {
  CommonConfig config;
  OptionParser parser({.name = "daemon", .summary = "D.", .config_section = "daemon"});
  AddCommonOptions(&parser.root(), &config);
  const auto parsed = parser.Parse({}, [](const std::string& name) -> std::optional<std::string> {
    if (name == "LIF_POSTGRES_DSN") return "host=/run/postgresql";
    if (name == "LIF_REDIS_URL") return "redis://lif:pw@127.0.0.1:6379";
    if (name == "LIF_BLOB_DIR") return "/var/lib/lif/blobs";
    if (name == "LIF_LOG_FORMAT") return "json";
    return std::nullopt;
  });
  REQUIRE(parsed.ok());
  CHECK(config.redis_url == "redis://lif:pw@127.0.0.1:6379");
  CHECK(config.factory == "lif");
  CHECK(LogOptionsOf(config).format == LogFormat::kJson);
  CHECK(LogOptionsOf(config).level == LogLevel::kInfo);
  CHECK(CheckCommonConfig(config).ok());
}

TEST_CASE("common config: what is missing is named with its variable") {
  CommonConfig config;
  OptionParser parser({.name = "daemon", .summary = "D.", .config_section = "daemon"});
  AddCommonOptions(&parser.root(), &config);
  const auto parsed = parser.Parse({}, [](const std::string&) { return std::nullopt; });
  CHECK(std::string(parsed.status().message()) ==
        "--postgres-dsn is missing; it can also be given as LIF_POSTGRES_DSN");
}

TEST_CASE("common config: names that would break keys are refused") {
  CommonConfig config;
  config.factory = "My Factory";
  CHECK(CheckCommonConfig(config).message().find("--factory: 'My Factory' is no name") !=
        std::string::npos);
}

}  // namespace
}  // namespace lif
