// One change to a good catalog, and everything that `check` then says.
#pragma once

#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "tests/unit/catalog/catalog_fixture.h"

namespace lif {

struct Spoiled {
  const char* file;
  const char* from;
  const char* to;
  std::vector<std::string> messages;
};

inline void CheckSpoiled(const std::vector<Spoiled>& table) {
  for (const Spoiled& row : table) {
    CatalogFixture fixture;
    fixture.Replace(row.file, row.from, row.to);
    CAPTURE(row.file, row.to);
    CHECK(fixture.Problems() == row.messages);
  }
}

}  // namespace lif
