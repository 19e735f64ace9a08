// What every BlobStore must do. A test binary makes a store and calls the contract in a TEST_CASE;
// each SECTION gets a fresh store.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/blobs/blob_store.h"

namespace lif {

class BlobStoreHarness {
 public:
  virtual ~BlobStoreHarness() = default;
  virtual BlobStore& store() = 0;
  // Changes the stored bytes behind their digest, as a broken disk would.
  virtual void Damage(const std::string& sha256, const std::string& bytes) = 0;
};

void BlobStoreContract(const std::function<std::unique_ptr<BlobStoreHarness>()>& make);

}  // namespace lif
