#include "common/postgres_catalog/postgres_catalog_reader.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/near_match.h"
#include "common/base/status_macros.h"
#include "common/catalog/digests.h"
#include "common/catalog/resolve.h"
#include "common/postgres_catalog/manifest_batch_internal.h"

namespace lif {
namespace {

constexpr int kMaxPage = 1000;
// Names that are compared for "did you mean"; a catalog of this project has at most 4,096.
constexpr int kMaxNames = 10'000;
constexpr int kMaxListed = 20'000;  // as CatalogReader::Names says

constexpr char kList[] = R"sql(
SELECT id, summary, template_ref, base,
       ARRAY(
         SELECT unnest(platforms)
         UNION
         SELECT p.platform FROM base_platforms p
          WHERE p.base = manifests.base
            AND (manifests.document::jsonb -> 'platforms' = '[]' OR
                 manifests.document::jsonb -> 'platforms' ? p.platform)
            AND NOT EXISTS (SELECT FROM modules m WHERE m.ref = ANY (manifests.modules)
                               AND p.platform <> ALL (m.platforms))
          ORDER BY 1),
       requires, digest
  FROM manifests
 WHERE ($1 = '' OR id LIKE $1)
   AND ($2 = '' OR modules @> ARRAY[$2] OR module_names @> ARRAY[$2])
   AND ($3 = '' OR base = $3)
   AND id > $4
 ORDER BY id
 LIMIT $5::integer
)sql";

// '*' and '?' as LIKE writes them; its own signs are escaped.
std::string LikePattern(const std::string& glob) {
  std::string pattern;
  for (char c : glob) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c == '*' ? '%' : c == '?' ? '_' : c;
  }
  return pattern;
}

absl::StatusOr<std::vector<Platform>> ParsePlatforms(const std::vector<std::string>& texts) {
  std::vector<Platform> platforms;
  for (const std::string& text : texts) {
    LIF_ASSIGN_OR_RETURN(Platform platform, ParsePlatform(text));
    platforms.push_back(std::move(platform));
  }
  return platforms;
}

absl::Status NoManifest(const std::string& id, const std::vector<std::string>& known) {
  if (known.empty()) {
    return absl::NotFoundError(absl::StrCat(
        "no manifest '", id, "': nothing is published yet; run lif catalog publish DIR"));
  }
  return absl::NotFoundError(absl::StrCat("no manifest '", id, "'", DidYouMean(id, known),
                                          "\nlif catalog list shows them all"));
}

std::vector<std::string> FirstColumn(const SqlRows& rows) {
  std::vector<std::string> texts;
  for (int row = 0; row < rows.size(); ++row) texts.push_back(rows.Text(row, 0));
  return texts;
}

}  // namespace

absl::StatusOr<ResolvedManifest> PostgresCatalogReader::GetManifest(const std::string& id) {
  LIF_ASSIGN_OR_RETURN(SqlRows rows, pool_.Query(absl::StrCat("read manifest ", id),
                                                 kManifestBatchQuery, SqlParams().AddArray({id})));
  const ManifestBatch batch(rows);
  if (batch.Has(id)) return batch.Resolve(id);
  LIF_ASSIGN_OR_RETURN(const std::vector<std::string> known, ManifestIds());
  return NoManifest(id, known);
}

absl::StatusOr<std::vector<absl::StatusOr<ResolvedManifest>>> PostgresCatalogReader::GetManifests(
    const std::vector<std::string>& ids) {
  LIF_RETURN_IF_ERROR(CheckManifestBatch(ids));
  LIF_ASSIGN_OR_RETURN(SqlRows rows, pool_.Query(absl::StrCat("read ", ids.size(), " manifests"),
                                                 kManifestBatchQuery, SqlParams().AddArray(ids)));
  const ManifestBatch batch(rows);
  std::vector<std::string> known;
  size_t unknown = 0;
  std::vector<absl::StatusOr<ResolvedManifest>> answers;
  answers.reserve(ids.size());
  for (const std::string& id : ids) {
    if (batch.Has(id)) {
      answers.push_back(batch.Resolve(id));
      continue;
    }
    if (++unknown == 1) {
      LIF_ASSIGN_OR_RETURN(known, ManifestIds());
    }
    answers.push_back(unknown <= kMaxNearMatches
                          ? NoManifest(id, known)
                          : absl::NotFoundError(absl::StrCat("no manifest '", id, "'")));
  }
  return answers;
}

absl::StatusOr<ManifestPage> PostgresCatalogReader::ListManifests(const ManifestFilter& filter) {
  if (filter.limit < 1 || filter.limit > kMaxPage) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a page of ", filter.limit, " manifests is not possible; ask for 1 to ", kMaxPage));
  }
  SqlParams params;
  params.Add(LikePattern(filter.glob)).Add(filter.module).Add(filter.base).Add(filter.after);
  params.AddInt(filter.limit + 1);  // one more tells whether there is a next page
  LIF_ASSIGN_OR_RETURN(SqlRows rows, pool_.Query("list manifests", kList, params));
  ManifestPage page;
  for (int row = 0; row < rows.size() && row < filter.limit; ++row) {
    ManifestSummary summary;
    summary.id = rows.Text(row, 0);
    summary.summary = rows.Text(row, 1);
    summary.template_ref = rows.Text(row, 2);
    summary.base = rows.Text(row, 3);
    LIF_ASSIGN_OR_RETURN(summary.platforms, ParsePlatforms(rows.Array(row, 4)));
    summary.requires_ = rows.Array(row, 5);
    summary.digest = rows.Text(row, 6);
    page.manifests.push_back(std::move(summary));
  }
  if (rows.size() > filter.limit) page.next = page.manifests.back().id;
  return page;
}

absl::StatusOr<std::string> PostgresCatalogReader::Version() {
  LIF_ASSIGN_OR_RETURN(SqlRows rows, pool_.Query("ask for the catalog's version",
                                                 "SELECT (SELECT count(*) FROM manifests), "
                                                 "(SELECT count(*) FROM base_platforms)"));
  return absl::StrCat(rows.Int(0, 0), ".", rows.Int(0, 1));
}

absl::StatusOr<Module> PostgresCatalogReader::GetModule(const std::string& name,
                                                        const std::string& version) {
  LIF_ASSIGN_OR_RETURN(
      SqlRows rows,
      pool_.Query(absl::StrCat("read module ", name, "@", version),
                  "SELECT 'module', ref, document, document_sha256, digest FROM modules "
                  "WHERE name = $1 AND version = $2",
                  SqlParams().Add(name).Add(version)));
  if (rows.empty()) return NoModule(name, version);
  LIF_ASSIGN_OR_RETURN(const Module module, ModuleOfRow(rows, 0));
  if (ModuleDigest({module, module.args}) != rows.Text(0, 4)) {
    return PublishedContradiction("module", rows.Text(0, 1),
                                  "does not have the digest that it was published with");
  }
  return module;
}

absl::StatusOr<CatalogNames> PostgresCatalogReader::Names() {
  LIF_ASSIGN_OR_RETURN(SqlRows bases,
                       pool_.Query("list bases",
                                   "SELECT name FROM bases ORDER BY name COLLATE \"C\" "
                                   "LIMIT $1::integer",
                                   SqlParams().AddInt(kMaxListed)));
  LIF_ASSIGN_OR_RETURN(SqlRows modules,
                       pool_.Query("list modules",
                                   "SELECT ref FROM modules ORDER BY ref COLLATE \"C\" "
                                   "LIMIT $1::integer",
                                   SqlParams().AddInt(kMaxListed)));
  return CatalogNames{FirstColumn(bases), FirstColumn(modules)};
}

absl::StatusOr<std::vector<std::string>> PostgresCatalogReader::ManifestIds() {
  LIF_ASSIGN_OR_RETURN(
      SqlRows rows, pool_.Query("list manifests", "SELECT id FROM manifests ORDER BY id LIMIT $1",
                                SqlParams().AddInt(kMaxNames)));
  return FirstColumn(rows);
}

absl::Status PostgresCatalogReader::NoModule(const std::string& name, const std::string& version) {
  LIF_ASSIGN_OR_RETURN(SqlRows versions,
                       pool_.Query("list modules",
                                   "SELECT version FROM modules WHERE name = $1 "
                                   "ORDER BY published_at DESC, version DESC LIMIT 20",
                                   SqlParams().Add(name)));
  if (!versions.empty()) {
    return absl::NotFoundError(
        absl::StrCat("no module '", name, "@", version,
                     "'; published versions: ", absl::StrJoin(FirstColumn(versions), ", ")));
  }
  LIF_ASSIGN_OR_RETURN(
      SqlRows names,
      pool_.Query("list modules", "SELECT DISTINCT name::text FROM modules ORDER BY 1 LIMIT $1",
                  SqlParams().AddInt(kMaxNames)));
  return absl::NotFoundError(
      absl::StrCat("no module '", name, "'", DidYouMean(name, FirstColumn(names))));
}

}  // namespace lif
