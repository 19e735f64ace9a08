// A small catalog with every kind of field set, for tests of stores.
#pragma once

#include <string>

#include "common/catalog/model.h"
#include "common/postgres_catalog/catalog_publisher.h"
#include "tests/fakes/memory_blob_store.h"
#include "tests/support/postgres_server.h"

namespace lif {

// Content of the one file of core-python.
inline constexpr char kSampleFile[] = "print('hello')\n";

// Manifests py-web and py-web_2 (core-python, app-web) and node-web (core-node, app-web).
Catalog SampleCatalog();

// A database to publish into, as lif_publisher.
class PublishedCatalog {
 public:
  PublishedCatalog();
  ~PublishedCatalog();

  absl::StatusOr<PublishResult> Publish(const Catalog& catalog);
  TestDatabase& database() { return database_; }
  MemoryBlobStore& blobs() { return blobs_; }
  // Where the sample file lies; its bytes can be changed.
  const std::string& file_path() const { return file_path_; }

 private:
  TestDatabase database_;
  MemoryBlobStore blobs_;
  std::string file_path_;
  std::unique_ptr<PostgresPool> pool_ = database_.Pool("lif_publisher");
};

}  // namespace lif
