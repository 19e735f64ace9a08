// A small catalog for tests of those who read one.
#pragma once

#include "common/catalog/model.h"

namespace lif {

// Manifests py-api and py-worker (amd64, arm64), nginx-site (amd64), gpu-report (amd64, gpu). Its
// modules have no files.
Catalog TestCatalog();

}  // namespace lif
