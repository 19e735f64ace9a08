#include "common/postgres_catalog/catalog_publisher.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/digest.h"
#include "common/base/status_macros.h"
#include "common/catalog/catalog_json.h"
#include "common/postgres_catalog/catalog_rows_internal.h"
#include "common/postgres_catalog/document_diff.h"

namespace lif {
namespace {

// Keys asked for at once: bounds the documents that are in memory.
constexpr size_t kChunk = 200;
constexpr size_t kMaxConflicts = 20;
// Rows of one INSERT: a round trip each would take most of the time of a large publish.
constexpr size_t kRowsOfInsert = 50;

constexpr char kLock[] = "SELECT pg_advisory_xact_lock(hashtextextended('lif.catalog.publish', 0))";

// key → document of those that are published.
absl::StatusOr<std::map<std::string, std::string>> ReadPublished(SqlSession& session,
                                                                 const CatalogRows& table,
                                                                 size_t begin, size_t end) {
  std::vector<std::string> keys;
  for (size_t i = begin; i < end; ++i) keys.push_back(table.rows[i].key);
  LIF_ASSIGN_OR_RETURN(
      SqlRows rows,
      session.Exec(absl::StrCat("SELECT ", table.table.key, ", document FROM ", table.table.name,
                                " WHERE ", table.table.key, " = ANY($1::text[])"),
                   SqlParams().AddArray(keys)));
  std::map<std::string, std::string> published;
  for (int row = 0; row < rows.size(); ++row) published[rows.Text(row, 0)] = rows.Text(row, 1);
  return published;
}

absl::Status Unreadable(const std::string& kind, const std::string& key, const absl::Status& why) {
  return absl::DataLossError(absl::StrCat("the published ", kind, " ", key,
                                          " can't be read: ", std::string(why.message()),
                                          "; does a newer release publish here?"));
}

std::string DescribeConflict(const CatalogTable& table, const CatalogRow& row,
                             const std::string& published) {
  return absl::StrCat(table.kind, " ", row.key, " is published with other content; ", table.remedy,
                      "\n    ",
                      absl::StrJoin(DescribeDifference(published, row.document), "\n    "));
}

// Of the catalog's bases those that are published, as they were first.
absl::StatusOr<std::map<std::string, Base>> ReadPublishedBases(SqlSession& session,
                                                               const Catalog& catalog) {
  std::vector<std::string> names;
  for (const auto& [name, unused] : catalog.bases) names.push_back(name);
  LIF_ASSIGN_OR_RETURN(SqlRows rows,
                       session.Exec("SELECT name, document FROM bases WHERE name = ANY($1::text[])",
                                    SqlParams().AddArray(names)));
  std::map<std::string, Base> bases;
  for (int row = 0; row < rows.size(); ++row) {
    const std::string name = rows.Text(row, 0);
    absl::StatusOr<Base> base = BaseFromJson(rows.Text(row, 1));
    if (!base.ok()) return Unreadable("base", name, base.status());
    bases[name] = *std::move(base);
  }
  return bases;
}

// One publish: what is to be inserted, and what stands against it.
class Publication {
 public:
  explicit Publication(SqlSession& session) : session_(session) {}

  absl::Status Publish(const CatalogRows& table, PublishResult::Count& count) {
    for (size_t begin = 0; begin < table.rows.size(); begin += kChunk) {
      size_t end = std::min(begin + kChunk, table.rows.size());
      LIF_ASSIGN_OR_RETURN(auto published, ReadPublished(session_, table, begin, end));
      std::vector<const CatalogRow*> fresh;
      for (size_t i = begin; i < end; ++i) {
        const CatalogRow& row = table.rows[i];
        auto found = published.find(row.key);
        if (found == published.end()) {
          fresh.push_back(&row);
        } else {
          LIF_RETURN_IF_ERROR(Compare(table.table, row, found->second, count));
        }
      }
      // Nothing is kept after a conflict.
      if (conflicts_.empty()) LIF_RETURN_IF_ERROR(Insert(table.table, fresh, count));
    }
    return absl::OkStatus();
  }

  absl::Status Verdict() const {
    if (conflicts_.empty()) return absl::OkStatus();
    std::vector<std::string> shown(
        conflicts_.begin(), conflicts_.begin() + static_cast<std::ptrdiff_t>(
                                                     std::min(conflicts_.size(), kMaxConflicts)));
    if (shown.size() < conflicts_.size()) {
      shown.push_back(absl::StrCat("and ", conflicts_.size() - shown.size(), " more"));
    }
    return absl::AlreadyExistsError(
        absl::StrCat("nothing was published:\n  ", absl::StrJoin(shown, "\n  ")));
  }

 private:
  absl::Status Compare(const CatalogTable& table, const CatalogRow& row,
                       const std::string& published, PublishResult::Count& count) {
    absl::StatusOr<bool> same = row.same_as(published);
    if (!same.ok()) {
      return Unreadable(table.kind, row.key, same.status());
    }
    if (*same) {
      ++count.unchanged;
    } else {
      conflicts_.push_back(DescribeConflict(table, row, published));
    }
    return absl::OkStatus();
  }

  absl::Status Insert(const CatalogTable& table, const std::vector<const CatalogRow*>& rows,
                      PublishResult::Count& count) {
    for (size_t begin = 0; begin < rows.size(); begin += kRowsOfInsert) {
      const size_t end = std::min(begin + kRowsOfInsert, rows.size());
      SqlParams values;
      for (size_t i = begin; i < end; ++i) {
        values.Append(rows[i]->values);
        values.Add(rows[i]->digest).Add(rows[i]->document).Add(Sha256Hex(rows[i]->document));
      }
      LIF_RETURN_IF_ERROR(session_.Exec(InsertStatement(table, end - begin), values).status());
      count.published += static_cast<int>(end - begin);
    }
    return absl::OkStatus();
  }

  SqlSession& session_;
  std::vector<std::string> conflicts_;
};

}  // namespace

absl::StatusOr<PublishResult> CatalogPublisher::Publish(const PublishRequest& request) {
  LIF_ASSIGN_OR_RETURN(int blobs_stored, StoreBlobs(request));
  PublishResult result;
  auto work = [&](SqlSession& session) -> absl::Status {
    result = PublishResult();
    LIF_RETURN_IF_ERROR(session.Exec(kLock).status());
    LIF_ASSIGN_OR_RETURN(const auto published, ReadPublishedBases(session, request.catalog));
    const BaseParts bases = SplitBases(request.catalog, published);
    LIF_ASSIGN_OR_RETURN(std::vector<CatalogRows> tables, RowsOf(request.catalog, bases));
    Publication publication(session);
    PublishResult::Count* counts[] = {&result.bases, &result.base_platforms, &result.modules,
                                      &result.templates, &result.manifests};
    for (size_t i = 0; i < tables.size(); ++i) {
      LIF_RETURN_IF_ERROR(publication.Publish(tables[i], *counts[i]));
    }
    return publication.Verdict();
  };
  LIF_RETURN_IF_ERROR(pool_.Transact("publish the catalog", work));
  result.blobs_stored = blobs_stored;
  return result;
}

// Before the transaction: a row never points to a blob that is not there. A blob that no row
// points to, after a refusal, harms nobody.
absl::StatusOr<int> CatalogPublisher::StoreBlobs(const PublishRequest& request) {
  int stored = 0;
  std::set<std::string> seen;
  for (const auto& [ref, module] : request.catalog.modules) {
    for (const ModuleFile& file : module.files) {
      if (!seen.insert(file.sha256).second) continue;
      absl::StatusOr<uint64_t> size = blobs_.Size(file.sha256);
      if (size.ok() && *size == file.size) continue;
      if (!size.ok() && !absl::IsNotFound(size.status())) return size.status();
      LIF_ASSIGN_OR_RETURN(std::string sha256, blobs_.PutFile(request.file_path(module, file)));
      if (sha256 != file.sha256) {
        return absl::FailedPreconditionError(
            absl::StrCat("file ", file.path, " of module ", ref,
                         " changed while it was published; publish again"));
      }
      ++stored;
    }
  }
  return stored;
}

}  // namespace lif
