#include "controlplane/layer_index_keeper.h"

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/memory_catalog_reader.h"
#include "tests/support/catch.h"
#include "tests/support/test_catalog.h"

namespace lif {
namespace {

TEST_CASE("the index is read before anybody asks, again after a publish, and after an outage",
          "[layer_index]") {
  FakeClock clock;
  MemoryCatalogReader catalog(TestCatalog());
  LayerIndex index(catalog, Recipe());
  std::vector<std::string> lines;
  LogOptions options;
  options.sink = [&](std::string_view line) { lines.emplace_back(line); };
  {
    const LayerIndexKeeper keeper(index, clock, Logger(options), absl::Seconds(5));
    const auto turn = [&clock] {
      clock.AwaitSleepers(1);
      clock.Advance(absl::Seconds(5));
      clock.AwaitSleepers(1);
    };
    clock.AwaitSleepers(1);
    CHECK(catalog.reads() == 4);
    REQUIRE(index.Current().ok());
    CHECK(catalog.reads() == 4);
    Manifest more = TestCatalog().manifests.at("py-api");
    more.id = "py-more";
    catalog.AddManifest(more);
    turn();
    CHECK(catalog.reads() == 5);
    catalog.SetAway(absl::UnavailableError("PostgreSQL is away"));
    turn();
    turn();
    catalog.SetAway(absl::OkStatus());
    turn();
  }
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find("the catalog's layers can't be read") != std::string::npos);
}

}  // namespace
}  // namespace lif
