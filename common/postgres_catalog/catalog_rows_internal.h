// A catalog as rows of deploy/sql/002_catalog.sql.
#pragma once

#include <functional>
#include <map>
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

// The bases of a catalog, as their rows have them.
struct BaseParts {
  std::map<std::string, Base> first;  // as they are, or were, first published; by name
  std::vector<Base> gained;  // a platform that a published base gains: a base with it alone
};

// A published base keeps the platforms that it was published with: what `catalog` does not name of
// them stays, and what it names beyond them is gained.
BaseParts SplitBases(const Catalog& catalog, const std::map<std::string, Base>& published);

// Tables in the order in which rows can be inserted: bases, platforms that they gain, modules,
// templates, manifests. Errors: a manifest that doesn't resolve. The rows refer to both arguments,
// which must outlive them.
absl::StatusOr<std::vector<CatalogRows>> RowsOf(const Catalog& catalog, const BaseParts& bases);

// "INSERT INTO <table> …" of so many rows (at least 1); the parameters of each are its `values`,
// then digest, document and its SHA-256.
std::string InsertStatement(const CatalogTable& table, size_t rows);

}  // namespace lif
