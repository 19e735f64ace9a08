// Publishes a catalog: inserts its rows, once and for ever. Needs the role lif_publisher.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "common/blobs/blob_store.h"
#include "common/catalog/model.h"
#include "common/postgres/postgres_pool.h"

namespace lif {

struct PublishRequest {
  const Catalog& catalog;  // validated
  // Where the content of a module's file lies on this machine.
  std::function<std::string(const Module&, const ModuleFile&)> file_path;
};

struct PublishResult {
  struct Count {
    int published = 0;
    int unchanged = 0;  // were there already, with the same content
  };
  Count bases;
  Count base_platforms;  // that published bases gained
  Count modules;
  Count templates;
  Count manifests;
  int blobs_stored = 0;  // files that were not in the blob store

  int published() const {
    return bases.published + base_platforms.published + modules.published + templates.published +
           manifests.published;
  }
  int unchanged() const {
    return bases.unchanged + base_platforms.unchanged + modules.unchanged + templates.unchanged +
           manifests.unchanged;
  }
};

// Thread-safe; publishers wait for each other by an advisory lock. `pool` and `blobs` must outlive
// it.
class CatalogPublisher {
 public:
  CatalogPublisher(PostgresPool& pool, BlobStore& blobs) : pool_(pool), blobs_(blobs) {}

  // Blobs first, then all new rows in one transaction: it is published whole or not at all. A base
  // may gain platforms; those that it has stay, with their digests, also when `catalog` lacks them.
  // ALREADY_EXISTS: a name is published with other content; the message has a line for each, with
  // what differs. FAILED_PRECONDITION: a module's file is not what its digest says.
  absl::StatusOr<PublishResult> Publish(const PublishRequest& request);

 private:
  absl::StatusOr<int> StoreBlobs(const PublishRequest& request);

  PostgresPool& pool_;
  BlobStore& blobs_;
};

}  // namespace lif
