#include "controlplane/config.h"

#include "common/config/listen_address.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("addresses to listen on", "[config]") {
  struct Case {
    std::string text;
    std::string host;
    int port;
    bool loopback;
  };
  for (const Case& test :
       {Case{"127.0.0.1:7400", "127.0.0.1", 7400, true}, Case{"127.8.9.1:0", "127.8.9.1", 0, true},
        Case{"localhost:1", "localhost", 1, true}, Case{"[::1]:7400", "::1", 7400, true},
        Case{"0.0.0.0:7400", "0.0.0.0", 7400, false}, Case{"[::]:7400", "::", 7400, false},
        Case{"10.0.0.7:7400", "10.0.0.7", 7400, false},
        Case{"lif.example.org:7400", "lif.example.org", 7400, false}}) {
    INFO(test.text);
    const auto address = ParseListenAddress(test.text);
    REQUIRE(address.ok());
    CHECK(address->host == test.host);
    CHECK(address->port == test.port);
    CHECK(address->IsLoopback() == test.loopback);
  }
  CHECK(ParseListenAddress("unix:/run/lif.sock")->IsLoopback());
  for (const std::string text : {"", "7400", ":7400", "host:", "host:70000", "::1:7400", "[]:1",
                                 "[::1:7400", "unix:", "host:-1", "host:7x"}) {
    INFO(text);
    const absl::Status status = ParseListenAddress(text).status();
    CHECK(absl::IsInvalidArgument(status));
    CHECK(std::string(status.message()).find("127.0.0.1:7400") != std::string::npos);
  }
}

TEST_CASE("an address that others reach needs TLS, or the word for going without", "[config]") {
  ControlPlaneConfig config;
  CHECK(CheckControlPlaneConfig(config).ok());
  config.listen = "0.0.0.0:7400";
  const absl::Status refused = CheckControlPlaneConfig(config);
  CHECK(absl::IsFailedPrecondition(refused));
  CHECK(std::string(refused.message()).find("--insecure-listen") != std::string::npos);
  config.insecure_listen = true;
  CHECK(CheckControlPlaneConfig(config).ok());
  config.insecure_listen = false;
  config.tls_cert = "cert.pem";
  CHECK_FALSE(CheckControlPlaneConfig(config).ok());
  config.tls_key = "key.pem";
  CHECK(CheckControlPlaneConfig(config).ok());
  config.tls_cert.clear();
  config.tls_key.clear();
  config.listen = "127.0.0.1:7400";
  config.tls_client_ca = "ca.pem";
  CHECK_FALSE(CheckControlPlaneConfig(config).ok());
}

TEST_CASE("bounds are checked and the recipe is taken over", "[config]") {
  ControlPlaneConfig config;
  config.max_streams = 0;
  CHECK(std::string(CheckControlPlaneConfig(config).message()) ==
        "--max-streams 0: write 1 to 4096");
  config = ControlPlaneConfig();
  config.common.network = "host";
  config.common.trust_domain = "payments";
  const Recipe recipe = RecipeOf(config.common);
  CHECK(recipe.network == "host");
  CHECK(recipe.trust_domain == "payments");
  CHECK(recipe.engine == "buildkit-v1");
}

}  // namespace
}  // namespace lif
