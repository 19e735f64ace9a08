#include "common/postgres_catalog/catalog_publisher.h"

#include <atomic>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "common/base/digest.h"
#include "common/base/status_macros.h"
#include "common/postgres_catalog/postgres_catalog_reader.h"
#include "tests/integration/postgres_catalog/sample_catalog.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

std::string Message(const absl::Status& status) {
  return std::string(status.message());
}

int64_t CountOf(PublishedCatalog& published, const std::string& table) {
  auto rows = published.database()
                  .Pool("lif_controlplane")
                  ->Query("count", "SELECT count(*) FROM " + table);
  REQUIRE(rows.ok());
  return rows->Int(0, 0);
}

TEST_CASE("a catalog is published once; the same again changes nothing") {
  PublishedCatalog published;
  auto first = published.Publish(SampleCatalog());
  REQUIRE(first.ok());
  CHECK(first->bases.published == 1);
  CHECK(first->modules.published == 3);
  CHECK(first->templates.published == 1);
  CHECK(first->manifests.published == 3);
  CHECK(first->published() == 8);
  CHECK(first->unchanged() == 0);
  CHECK(first->blobs_stored == 1);
  CHECK(*published.blobs().Get(Sha256Hex(kSampleFile), 100) == kSampleFile);

  auto again = published.Publish(SampleCatalog());
  REQUIRE(again.ok());
  CHECK(again->published() == 0);
  CHECK(again->unchanged() == 8);
  CHECK(again->blobs_stored == 0);
  CHECK(CountOf(published, "manifests") == 3);
}

TEST_CASE("what is new is added to what is there") {
  PublishedCatalog published;
  REQUIRE(published.Publish(SampleCatalog()).ok());
  Catalog catalog = SampleCatalog();
  Module next = catalog.modules.at("app-web@1.0.0");
  next.version = "1.1.0";
  catalog.modules[next.Ref()] = next;
  Manifest manifest = catalog.manifests.at("node-web");
  manifest.id = "node-web-next";
  manifest.modules[Slot::kApp][0].version = "1.1.0";
  catalog.manifests[manifest.id] = manifest;
  auto result = published.Publish(catalog);
  REQUIRE(result.ok());
  CHECK(result->modules.published == 1);
  CHECK(result->manifests.published == 1);
  CHECK(result->unchanged() == 8);
}

TEST_CASE("other content under a published name is refused whole, with what differs") {
  PublishedCatalog published;
  REQUIRE(published.Publish(SampleCatalog()).ok());
  Catalog catalog = SampleCatalog();
  catalog.modules.at("core-python@1.0.0").args["PORT"] = "80";
  catalog.modules.at("core-python@1.0.0").fragment = "ARG PORT\nRUN apt-get install python3.11\n";
  catalog.bases.at("debian-12").epoch = 1;
  Manifest extra = catalog.manifests.at("node-web");
  extra.id = "another";
  catalog.manifests[extra.id] = extra;

  auto result = published.Publish(catalog);
  CHECK(result.status().code() == absl::StatusCode::kAlreadyExists);
  const std::string message = Message(result.status());
  INFO(message);
  CHECK(message.find("nothing was published") == 0);
  CHECK(message.find("module core-python@1.0.0 is published with other content") !=
        std::string::npos);
  CHECK(message.find("args.PORT: \"8080\" is published, \"80\" is here") != std::string::npos);
  CHECK(message.find("fragment: line 2: ") != std::string::npos);
  CHECK(message.find("base debian-12 is published with other content") != std::string::npos);
  CHECK(CountOf(published, "manifests") == 3);
}

TEST_CASE("a published base may gain a platform; what it has never changes") {
  PublishedCatalog published;
  const Platform extra{"linux", "arm64"};
  Catalog before = SampleCatalog();
  before.bases.at("debian-12").platforms.erase(extra);
  REQUIRE(published.Publish(before).ok());
  Catalog catalog = SampleCatalog();
  auto& platforms = catalog.bases.at("debian-12").platforms;
  auto gained = published.Publish(catalog);
  REQUIRE(gained.ok());
  CHECK(gained->base_platforms.published == 1);
  CHECK(gained->published() == 1);
  CHECK(gained->unchanged() == 8);

  SECTION("the same again changes nothing") {
    auto again = published.Publish(catalog);
    REQUIRE(again.ok());
    CHECK(again->published() == 0);
    CHECK(again->base_platforms.unchanged == 1);
  }
  SECTION("nor does a catalog that lacks it") {
    auto again = published.Publish(before);
    REQUIRE(again.ok());
    CHECK(again->published() == 0);
    CHECK(again->unchanged() == 8);
  }
  SECTION("another digest for it is refused") {
    platforms[extra].digest = "sha256:" + std::string(64, 'f');
    const std::string message = Message(published.Publish(catalog).status());
    INFO(message);
    CHECK(message.find("platform of base debian-12 linux/arm64 is published with other content") !=
          std::string::npos);
  }
  SECTION("another digest for a platform that it was published with is refused") {
    platforms.begin()->second.digest = "sha256:" + std::string(64, 'f');
    const std::string message = Message(published.Publish(catalog).status());
    INFO(message);
    CHECK(message.find("base debian-12 is published with other content") != std::string::npos);
  }
  CHECK(CountOf(published, "base_platforms") == 1);
}

TEST_CASE("a conflict leaves nothing of the publish behind") {
  PublishedCatalog published;
  Catalog first = SampleCatalog();
  first.manifests.erase("py-web");
  first.manifests.erase("py-web_2");
  REQUIRE(published.Publish(first).ok());
  Catalog second = SampleCatalog();
  second.manifests.at("node-web").summary = "other";
  CHECK(absl::IsAlreadyExists(published.Publish(second).status()));
  CHECK(CountOf(published, "manifests") == 1);
}

TEST_CASE("racing publishers of the same catalog publish it once") {
  PublishedCatalog published;
  std::atomic<int> inserted{0};
  std::atomic<int> unchanged{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        auto result = published.Publish(SampleCatalog());
        if (!result.ok()) return;
        inserted += result->published();
        unchanged += result->unchanged();
      });
    }
  }
  CHECK(inserted == 8);
  CHECK(unchanged == 24);
}

TEST_CASE("a file that changed since it was hashed stops the publish before the database") {
  PublishedCatalog published;
  std::ofstream(published.file_path()) << "print('changed')\n";
  auto result = published.Publish(SampleCatalog());
  CHECK(result.status().code() == absl::StatusCode::kFailedPrecondition);
  CHECK(Message(result.status()).find("hello.py of module core-python@1.0.0") != std::string::npos);
  CHECK(CountOf(published, "bases") == 0);
}

TEST_CASE("when blobs or PostgreSQL are away nothing is published, and then it is") {
  PublishedCatalog published;
  published.blobs().SetAway(absl::UnavailableError("blobs are away"));
  CHECK(absl::IsUnavailable(published.Publish(SampleCatalog()).status()));
  CHECK(CountOf(published, "bases") == 0);
  published.blobs().SetAway(absl::OkStatus());
  PostgresServer::Instance().Stop();
  CHECK(absl::IsUnavailable(published.Publish(SampleCatalog()).status()));
  PostgresServer::Instance().Start();
  CHECK(published.Publish(SampleCatalog())->published() == 8);
}

// Publishes while another session holds `manifests`, so that bases and modules are inserted and the
// transaction is open; ends it by `interrupt`, and answers what the publisher was told.
absl::Status PublishInterrupted(PublishedCatalog& published,
                                const std::function<void(PostgresPool& admin)>& interrupt) {
  auto admin = published.database().Pool("postgres");
  absl::Status told;
  std::jthread publisher;
  // Ends in an error when the server is stopped under it.
  (void)admin->Transact("hold the manifests", [&](SqlSession& session) -> absl::Status {
    LIF_RETURN_IF_ERROR(session.Exec("LOCK TABLE manifests IN SHARE MODE").status());
    publisher = std::jthread([&] { told = published.Publish(SampleCatalog()).status(); });
    for (int waiting = 0; waiting == 0;) {
      auto rows = admin->Query("wait", "SELECT count(*) FROM pg_locks WHERE NOT granted");
      REQUIRE(rows.ok());
      waiting = static_cast<int>(rows->Int(0, 0));
    }
    interrupt(*admin);
    return absl::OkStatus();
  });
  publisher.join();
  return told;
}

void CheckNothingIsPublished(PublishedCatalog& published) {
  for (const char* table : {"bases", "modules", "templates", "manifests"}) {
    CAPTURE(table);
    CHECK(CountOf(published, table) == 0);
  }
}

TEST_CASE("a publish whose connection breaks in its transaction is begun again, whole") {
  PublishedCatalog published;
  const absl::Status told = PublishInterrupted(published, [](PostgresPool& admin) {
    REQUIRE(
        admin.Query("terminate", "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted")
            .ok());
  });
  INFO(told.ToString());
  CHECK(told.ok());
  CHECK(CountOf(published, "modules") == 3);
  CHECK(CountOf(published, "manifests") == 3);
  CHECK(published.Publish(SampleCatalog())->unchanged() == 8);
}

TEST_CASE("a server that stops under a publish has nothing of it when it is back") {
  PublishedCatalog published;
  const absl::Status told =
      PublishInterrupted(published, [](PostgresPool&) { PostgresServer::Instance().Stop(); });
  PostgresServer::Instance().Start();
  INFO(told.ToString());
  CHECK(absl::IsUnavailable(told));
  CheckNothingIsPublished(published);
  CHECK(published.Publish(SampleCatalog())->published() == 8);
}

TEST_CASE("other roles can't publish") {
  PublishedCatalog published;
  for (const std::string role : {"lif_controlplane", "lif_executor"}) {
    auto pool = published.database().Pool(role);
    const Catalog catalog = SampleCatalog();
    CatalogPublisher publisher(*pool, published.blobs());
    auto result = publisher.Publish(
        {catalog, [&](const Module&, const ModuleFile&) { return published.file_path(); }});
    CHECK(absl::IsPermissionDenied(result.status()));
  }
  CHECK(CountOf(published, "manifests") == 0);
}

TEST_CASE("thousands of modules and manifests are published within seconds") {
  PublishedCatalog published;
  Catalog catalog = SampleCatalog();
  const Module module = catalog.modules.at("app-web@1.0.0");
  const Manifest manifest = catalog.manifests.at("node-web");
  for (int i = 0; i < 2000; ++i) {
    Module copy = module;
    copy.name = "app-" + std::to_string(i);
    catalog.modules[copy.Ref()] = copy;
    for (int j = 0; j < 2; ++j) {
      Manifest use = manifest;
      use.id = "m-" + std::to_string(i) + "-" + std::to_string(j);
      use.modules[Slot::kApp][0].name = copy.name;
      catalog.manifests[use.id] = use;
    }
  }
  auto result = published.Publish(catalog);
  REQUIRE(result.ok());
  CHECK(result->modules.published == 2003);
  CHECK(result->manifests.published == 4003);
}

}  // namespace
}  // namespace lif
