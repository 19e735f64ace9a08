#include "common/postgres_catalog/postgres_catalog_reader.h"

#include <string>
#include <vector>

#include "common/catalog/digests.h"
#include "common/catalog/resolve.h"
#include "tests/integration/postgres_catalog/sample_catalog.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

std::string Message(const absl::Status& status) {
  return std::string(status.message());
}

// Reads as the control plane does.
class Reading {
 public:
  explicit Reading(bool publish = true) {
    if (publish) REQUIRE(published_.Publish(SampleCatalog()).ok());
  }
  PostgresCatalogReader& reader() { return reader_; }
  // As a superuser who goes around the triggers: what a broken disk or a thief could do.
  void Tamper(const std::string& sql) {
    auto pool = published_.database().Pool("postgres");
    absl::Status status = pool->Transact("tamper", [&](SqlSession& session) {
      return session.ExecScript("SET LOCAL session_replication_role = replica; " + sql);
    });
    INFO(status.ToString());
    REQUIRE(status.ok());
  }
  std::vector<std::string> Ids(const ManifestFilter& filter) {
    auto page = reader_.ListManifests(filter);
    REQUIRE(page.ok());
    std::vector<std::string> ids;
    for (const ManifestSummary& summary : page->manifests) ids.push_back(summary.id);
    return ids;
  }

 private:
  PublishedCatalog published_;
  std::unique_ptr<PostgresPool> pool_ = published_.database().Pool("lif_controlplane");
  PostgresCatalogReader reader_{*pool_};
};

using Ids = std::vector<std::string>;

TEST_CASE("a manifest comes back with all that it pins") {
  Reading reading;
  const Catalog catalog = SampleCatalog();
  auto read = reading.reader().GetManifest("py-web");
  REQUIRE(read.ok());
  ResolvedManifest expected = *ResolveManifest(catalog, "py-web");
  CHECK(read->manifest == expected.manifest);
  CHECK(read->image_template == expected.image_template);
  CHECK(read->base == expected.base);
  REQUIRE(read->stack.size() == 2);
  for (size_t i = 0; i < 2; ++i) {
    CHECK(read->stack[i].module == expected.stack[i].module);
    CHECK(read->stack[i].args == expected.stack[i].args);
  }
  CHECK(read->stack[0].args.at("PORT") == "9090");
  CHECK(ManifestDigest(*read) == ManifestDigest(expected));
}

TEST_CASE("a manifest that names no platforms offers those that its base gains") {
  const Platform arm64{"linux", "arm64"};
  Catalog catalog = SampleCatalog();
  for (auto& [ref, module] : catalog.modules) module.platforms = {{"linux", "amd64"}, arm64};
  catalog.modules.at("core-node@1.0.0").platforms = {{"linux", "amd64"}};
  for (auto& [id, manifest] : catalog.manifests) manifest.platforms.clear();
  catalog.manifests.at("py-web_2").platforms = {{"linux", "amd64"}};
  const Catalog full = catalog;
  catalog.bases.at("debian-12").platforms.erase(arm64);

  PublishedCatalog published;
  REQUIRE(published.Publish(catalog).ok());
  auto pool = published.database().Pool("lif_controlplane");
  PostgresCatalogReader reader(*pool);
  const std::string digest = ManifestDigest(*reader.GetManifest("py-web"));
  const auto offered = [&reader] {
    std::string text;
    const auto page = reader.ListManifests({});
    REQUIRE(page.ok());
    for (const ManifestSummary& summary : page->manifests) {
      text += summary.id + ":";
      for (const Platform& platform : summary.platforms) text += " " + platform.arch;
      text += "\n";
      CHECK(summary.platforms == OfferedPlatforms(*reader.GetManifest(summary.id)));
      CHECK(summary.digest == ManifestDigest(*reader.GetManifest(summary.id)));
    }
    return text;
  };
  CHECK(offered() == "node-web: amd64\npy-web: amd64\npy-web_2: amd64\n");
  const auto amd64_key = ComputeIdentity(*reader.GetManifest("py-web"), {"linux", "amd64"}, {});

  REQUIRE(published.Publish(full).ok());
  CHECK(offered() == "node-web: amd64\npy-web: amd64 arm64\npy-web_2: amd64\n");
  const auto read = reader.GetManifest("py-web");
  CHECK(ManifestDigest(*read) == digest);
  CHECK(read->base.platforms.at(arm64) == full.bases.at("debian-12").platforms.at(arm64));
  CHECK(read->base.added == std::vector<Platform>{arm64});
  CHECK(ComputeIdentity(*read, {"linux", "amd64"}, {})->build_key == amd64_key->build_key);

  // What is published on it afterwards is on the same footing.
  Catalog next = full;
  Manifest manifest = next.manifests.at("py-web");
  manifest.id = "py-later";
  manifest.platforms = {arm64};
  next.manifests[manifest.id] = manifest;
  REQUIRE(published.Publish(next).ok());
  CHECK(offered() == "node-web: amd64\npy-later: arm64\npy-web: amd64 arm64\npy-web_2: amd64\n");
}

TEST_CASE("what an older release published with its platforms spelt out is the same") {
  PublishedCatalog published;
  Catalog catalog = SampleCatalog();
  REQUIRE(published.Publish(catalog).ok());
  catalog.manifests.at("py-web").platforms.clear();
  const auto again = published.Publish(catalog);
  REQUIRE(again.ok());
  CHECK(again->published() == 0);
}

TEST_CASE("a manifest that is not there is NOT_FOUND with near names") {
  Reading reading;
  auto read = reading.reader().GetManifest("py-wep");
  CHECK(absl::IsNotFound(read.status()));
  CHECK(Message(read.status()).find("'py-web'") != std::string::npos);
  // Whatever a caller sends, it is an answer and no error of the store.
  for (const std::string id : {"", "UPPER", "../x", "a'b", "ü"}) {
    INFO(id);
    CHECK(absl::IsNotFound(reading.reader().GetManifest(id).status()));
    CHECK(absl::IsNotFound(reading.reader().GetModule(id, id).status()));
  }
  CHECK(absl::IsInvalidArgument(reading.reader().GetManifest("\xff").status()));
  CHECK(absl::IsInvalidArgument(reading.reader().GetManifest(std::string(1, '\0')).status()));
  Reading empty(false);
  CHECK(Message(empty.reader().GetManifest("x").status()).find("nothing is published yet") !=
        std::string::npos);
}

TEST_CASE("many manifests come back in one answer, in the order asked, each on its own") {
  Reading reading;
  auto read =
      reading.reader().GetManifests({"py-web_2", "py-wep", "node-web", "py-web", "node-web"});
  REQUIRE(read.ok());
  REQUIRE(read->size() == 5);
  for (const auto& [index, id] : std::vector<std::pair<size_t, std::string>>{
           {0, "py-web_2"}, {2, "node-web"}, {3, "py-web"}, {4, "node-web"}}) {
    REQUIRE((*read)[index].ok());
    CHECK(ManifestDigest(*(*read)[index]) == ManifestDigest(*ResolveManifest(SampleCatalog(), id)));
  }
  CHECK(absl::IsNotFound((*read)[1].status()));
  CHECK(Message((*read)[1].status()).find("'py-web'") != std::string::npos);
  CHECK(reading.reader().GetManifests({})->empty());
  // However many are unknown, only the first are compared with what is there.
  auto unknown = reading.reader().GetManifests(Ids(kMaxManifestBatch, "py-wep"));
  REQUIRE(unknown.ok());
  CHECK(Message(unknown->front().status()).find("'py-web'") != std::string::npos);
  CHECK(Message(unknown->back().status()) == "no manifest 'py-wep'");
  CHECK(absl::IsInvalidArgument(
      reading.reader().GetManifests(Ids(kMaxManifestBatch + 1, "py-web")).status()));
}

TEST_CASE("what was tampered with fails the manifests that use it, and no others") {
  Reading reading;
  reading.Tamper(
      "ALTER TABLE modules DROP CONSTRAINT modules_check; "
      "UPDATE modules SET document = replace(document, 'python3', 'python4') "
      "WHERE name = 'core-python'");
  auto read = reading.reader().GetManifests({"py-web", "node-web"});
  REQUIRE(read.ok());
  CHECK(absl::IsDataLoss((*read)[0].status()));
  CHECK((*read)[1].ok());
}

TEST_CASE("a module comes back, and its versions are named when it does not") {
  Reading reading;
  auto module = reading.reader().GetModule("core-python", "1.0.0");
  REQUIRE(module.ok());
  CHECK(*module == SampleCatalog().modules.at("core-python@1.0.0"));
  auto version = reading.reader().GetModule("core-python", "2.0.0");
  CHECK(absl::IsNotFound(version.status()));
  CHECK(Message(version.status()).find("published versions: 1.0.0") != std::string::npos);
  auto name = reading.reader().GetModule("core-pyton", "1.0.0");
  CHECK(absl::IsNotFound(name.status()));
  CHECK(Message(name.status()).find("core-python") != std::string::npos);
}

TEST_CASE("lists are filtered, by bytes ascending, and paged") {
  Reading reading;
  CHECK(reading.Ids({}) == Ids{"node-web", "py-web", "py-web_2"});
  ManifestFilter filter;
  filter.glob = "py*";
  CHECK(reading.Ids(filter) == Ids{"py-web", "py-web_2"});
  filter.glob = "*-we?";
  CHECK(reading.Ids(filter) == Ids{"node-web", "py-web"});
  filter.glob = "py-web_2";  // '_' is itself, not any character
  CHECK(reading.Ids(filter) == Ids{"py-web_2"});
  filter.glob = "py_web%";
  CHECK(reading.Ids(filter).empty());
  filter = {};
  filter.module = "core-node";
  CHECK(reading.Ids(filter) == Ids{"node-web"});
  filter.module = "core-python@1.0.0";
  CHECK(reading.Ids(filter) == Ids{"py-web", "py-web_2"});
  filter.base = "other";
  CHECK(reading.Ids(filter).empty());

  ManifestFilter page;
  page.limit = 2;
  auto first = reading.reader().ListManifests(page);
  REQUIRE(first.ok());
  CHECK(first->next == "py-web");
  page.after = first->next;
  auto last = reading.reader().ListManifests(page);
  REQUIRE(last.ok());
  CHECK(last->manifests.size() == 1);
  CHECK(last->next.empty());
  page.limit = 1001;
  CHECK(absl::IsInvalidArgument(reading.reader().ListManifests(page).status()));
}

TEST_CASE("a summary says what the manifest offers") {
  Reading reading;
  ManifestFilter filter;
  filter.glob = "py-web";
  auto page = reading.reader().ListManifests(filter);
  REQUIRE(page.ok());
  REQUIRE(page->manifests.size() == 1);
  const ManifestSummary expected = Summarize(*ResolveManifest(SampleCatalog(), "py-web"));
  const ManifestSummary& summary = page->manifests[0];
  CHECK(summary.summary == expected.summary);
  CHECK(summary.template_ref == "service@1.0.0");
  CHECK(summary.base == "debian-12");
  CHECK(summary.platforms == std::vector<Platform>{{"linux", "amd64"}});
  CHECK(summary.requires_ == Ids{"gpu"});
  CHECK(summary.digest == expected.digest);
}

TEST_CASE("a document that was tampered with is DATA_LOSS") {
  SECTION("bytes alone") {
    Reading reading;
    reading.Tamper(
        "ALTER TABLE modules DROP CONSTRAINT modules_check; "
        "UPDATE modules SET document = replace(document, 'python3', 'python4') "
        "WHERE name = 'core-python'");
    auto read = reading.reader().GetManifest("py-web");
    CHECK(absl::IsDataLoss(read.status()));
    CHECK(Message(read.status()).find("core-python@1.0.0") != std::string::npos);
    CHECK(absl::IsDataLoss(reading.reader().GetModule("core-python", "1.0.0").status()));
    CHECK(reading.reader().GetManifest("node-web").ok());
  }
  SECTION("bytes and their SHA-256: the manifest's own digest still tells") {
    Reading reading;
    reading.Tamper(
        "UPDATE modules SET document = replace(document, 'python3', 'python4'), "
        "document_sha256 = encode(sha256(convert_to("
        "replace(document, 'python3', 'python4'), 'UTF8')), 'hex') "
        "WHERE name = 'core-python'");
    CHECK(absl::IsDataLoss(reading.reader().GetManifest("py-web").status()));
    CHECK(absl::IsDataLoss(reading.reader().GetModule("core-python", "1.0.0").status()));
  }
  SECTION("a module that is gone") {
    Reading reading;
    reading.Tamper("DELETE FROM modules WHERE name = 'core-python'");
    CHECK(absl::IsDataLoss(reading.reader().GetManifest("py-web").status()));
  }
  SECTION("another manifest's document under this ID") {
    Reading reading;
    reading.Tamper(
        "UPDATE manifests m SET document = o.document, "
        "document_sha256 = o.document_sha256, digest = o.digest, modules = o.modules "
        "FROM manifests o WHERE m.id = 'py-web' AND o.id = 'node-web'");
    CHECK(absl::IsDataLoss(reading.reader().GetManifest("py-web").status()));
  }
}

TEST_CASE("the reader recovers when PostgreSQL comes back") {
  Reading reading;
  REQUIRE(reading.reader().GetManifest("py-web").ok());
  PostgresServer::Instance().Stop();
  CHECK(absl::IsUnavailable(reading.reader().GetManifest("py-web").status()));
  PostgresServer::Instance().Start();
  CHECK(reading.reader().GetManifest("py-web").ok());
}

}  // namespace
}  // namespace lif
