#include "common/config/http_config.h"

#include "absl/strings/match.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("the HTTP port stays on this machine unless told in words") {
  for (const char* listen : {"127.0.0.1:7401", "[::1]:0", "localhost:80", "off"}) {
    CHECK(CheckHttpConfig({listen, false}).ok());
  }
  for (const char* listen : {"0.0.0.0:7401", "[::]:7401", "10.0.0.1:7401", "host.example:7401"}) {
    const absl::Status refused = CheckHttpConfig({listen, false});
    CHECK(absl::IsFailedPrecondition(refused));
    CHECK(absl::StrContains(refused.message(), "say --insecure-http-listen"));
    CHECK(CheckHttpConfig({listen, true}).ok());
  }
}

TEST_CASE("what is no address is named") {
  for (const char* listen : {"", "7401", ":7401", "127.0.0.1", "127.0.0.1:99999"}) {
    const absl::Status status = CheckHttpConfig({listen, true});
    CHECK(absl::IsInvalidArgument(status));
    CHECK(absl::StrContains(status.message(), "--http-listen '"));
  }
  CHECK(absl::StrContains(CheckHttpConfig({"unix:/run/x.sock", false}).message(),
                          "can't be a socket in the file system"));
}

}  // namespace
}  // namespace lif
