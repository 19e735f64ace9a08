#include "common/postgres_catalog/postgres_catalog_reader.h"
#include "tests/integration/postgres_catalog/sample_catalog.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("the catalog's version tells what was published since") {
  PublishedCatalog published;
  auto pool = published.database().Pool("lif_controlplane");
  PostgresCatalogReader reader(*pool);
  const std::string empty = *reader.Version();
  REQUIRE(published.Publish(SampleCatalog()).ok());
  const std::string full = *reader.Version();
  CHECK(full != empty);
  CHECK(*reader.Version() == full);
  REQUIRE(published.Publish(SampleCatalog()).ok());  // nothing new
  CHECK(*reader.Version() == full);
  Catalog more = SampleCatalog();
  Manifest another = more.manifests.at("py-web");
  another.id = "py-web-again";
  more.manifests[another.id] = another;
  REQUIRE(published.Publish(more).ok());
  CHECK(*reader.Version() != full);
}

}  // namespace
}  // namespace lif
