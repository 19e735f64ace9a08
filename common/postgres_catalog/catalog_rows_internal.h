// A catalog as rows of deploy/sql/002_catalog.sql.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/catalog/model.h"
#include "common/postgres/sql.h"

namespace lif {

// One table of the catalog, in words that statements are made of.
struct CatalogTable {
  std::string kind;     // "module": for messages
  std::string name;     // "modules"
  std::string key;      // SQL that makes the key: "ref"
  std::string columns;  // that `values` of a row fill, without the common ones
  std::string remedy;   // for what is published with other content
};

struct CatalogRow {
  std::string key;  // name or name@version
  std::string document;
  std::string digest;
  SqlParams values;  // of CatalogTable::columns, in order
  // Whether a document that is published holds the same value; INVALID_ARGUMENT if unreadable.
  std::function<absl::StatusOr<bool>(const std::string& published)> same_as;
};

struct CatalogRows {
  CatalogTable table;
  std::vector<CatalogRow> rows;
};

// Tables in the order in which rows can be inserted. Errors: a manifest that doesn't resolve.
// The rows refer to `catalog`, which must outlive them.
absl::StatusOr<std::vector<CatalogRows>> RowsOf(const Catalog& catalog);

// "INSERT INTO <table> …" of so many rows (at least 1); the parameters of each are its `values`,
// then digest, document and its SHA-256.
std::string InsertStatement(const CatalogTable& table, size_t rows);

}  // namespace lif
