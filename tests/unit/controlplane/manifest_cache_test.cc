#include "controlplane/manifest_cache.h"

#include "tests/support/catch.h"
#include "tests/unit/controlplane/fixture.h"

namespace lif {
namespace {

TEST_CASE("a manifest is read once", "[cache]") {
  FakeClock clock;
  MemoryCatalogReader catalog(TestCatalog());
  ManifestCache cache(catalog, Recipe(), 1 << 20, clock);
  const auto first = cache.Get("py-api").value();
  CHECK(cache.Get("py-api").value() == first);
  CHECK(catalog.reads() == 1);
  CHECK(cache.size() == 1);
  CHECK(cache.bytes() >= ApproximateBytes(*first));
  CHECK(first->OfferedText() == "linux/amd64, linux/arm64");
}

TEST_CASE("what is used last stays within the bytes given", "[cache]") {
  FakeClock clock;
  MemoryCatalogReader catalog(TestCatalog());
  uint64_t one = 0;
  {
    ManifestCache probe(catalog, Recipe(), 1 << 20, clock);
    probe.Get("py-worker").value();
    one = probe.bytes();
  }
  ManifestCache cache(catalog, Recipe(), 2 * one + one / 2, clock);
  cache.Get("py-api").value();
  cache.Get("py-worker").value();
  cache.Get("py-api").value();
  cache.Get("nginx-site").value();  // py-worker has to go
  CHECK(cache.size() == 2);
  CHECK(cache.bytes() <= 2 * one + one / 2);
  const int reads = catalog.reads();
  cache.Get("py-api").value();
  CHECK(catalog.reads() == reads);
  cache.Get("py-worker").value();
  CHECK(catalog.reads() == reads + 1);
}

TEST_CASE("a manifest over the limit is answered and not kept", "[cache]") {
  FakeClock clock;
  MemoryCatalogReader catalog(TestCatalog());
  ManifestCache cache(catalog, Recipe(), 100, clock);
  CHECK(cache.Get("py-api").ok());
  CHECK(cache.size() == 0);
}

TEST_CASE("many manifests are read in one call, each answered on its own", "[cache]") {
  FakeClock clock;
  MemoryCatalogReader catalog(TestCatalog());
  ManifestCache cache(catalog, Recipe(), 1 << 20, clock);
  const auto kept = cache.Get("py-api").value();
  const auto answers =
      cache.GetAll({"nginx-site", "py-api", "py-apj", "../x", "py-worker", "nginx-site"}).value();
  REQUIRE(answers.size() == 6);
  CHECK(answers[0].value()->manifest.manifest.id == "nginx-site");
  CHECK(answers[1].value() == kept);
  CHECK(absl::IsNotFound(answers[2].status()));
  CHECK(std::string(answers[2].status().message()).find("'py-api'") != std::string::npos);
  CHECK(absl::IsInvalidArgument(answers[3].status()));
  CHECK(answers[4].value()->manifest.manifest.id == "py-worker");
  CHECK(answers[5].ok());
  CHECK(catalog.calls() == 2);
  CHECK(cache.GetAll({"nginx-site", "py-worker"}).ok());
  CHECK(catalog.calls() == 2);

  catalog.SetAway(absl::UnavailableError("away"));
  CHECK(cache.GetAll({"py-api", "py-worker"}).ok());
  CHECK(absl::IsUnavailable(cache.GetAll({"py-api", "gpu-report"}).status()));
}

TEST_CASE("errors are not kept", "[cache]") {
  FakeClock clock;
  MemoryCatalogReader catalog(TestCatalog());
  ManifestCache cache(catalog, Recipe(), 1 << 20, clock);
  CHECK(absl::IsNotFound(cache.Get("no-such").status()));
  CHECK(absl::IsInvalidArgument(cache.Get("../etc/passwd").status()));
  catalog.SetAway(absl::UnavailableError("away"));
  CHECK(absl::IsUnavailable(cache.Get("py-api").status()));
  catalog.SetAway(absl::OkStatus());
  CHECK(cache.Get("py-api").ok());
}

TEST_CASE("a base that gains a platform is seen at once when asked for, else within a minute",
          "[cache]") {
  FakeClock clock;
  Catalog before = TestCatalog();
  const Platform arm64 = *ParsePlatform("linux/arm64");
  const std::string base = before.manifests.at("py-api").base;
  before.manifests.at("py-api").platforms.clear();
  const BasePlatform gained = before.bases.at(base).platforms.at(arm64);
  before.bases.at(base).platforms.erase(arm64);
  MemoryCatalogReader catalog(before);
  ManifestCache cache(catalog, Recipe(), 1 << 20, clock);
  CHECK(cache.Get("py-api").value()->OfferedText() == "linux/amd64");
  catalog.AddPlatform(base, arm64, gained);
  CHECK(cache.Get("py-api").value()->OfferedText() == "linux/amd64");

  SECTION("asked for") {
    CHECK(cache.Get("py-api", {arm64}).value()->Find(arm64) != nullptr);
    CHECK(catalog.reads() == 2);
  }
  SECTION("a minute later") {
    clock.Advance(absl::Seconds(61));
  }
  CHECK(cache.Get("py-api").value()->OfferedText() == "linux/amd64, linux/arm64");
  CHECK(catalog.reads() == 2);
  CHECK(cache.size() == 1);
  CHECK(cache.bytes() == ApproximateBytes(*cache.Get("py-api").value()) + 6);
}

}  // namespace
}  // namespace lif
