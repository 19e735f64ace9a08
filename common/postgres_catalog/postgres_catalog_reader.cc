#include "common/postgres_catalog/postgres_catalog_reader.h"

#include <map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/digest.h"
#include "common/base/near_match.h"
#include "common/base/status_macros.h"
#include "common/catalog/catalog_json.h"
#include "common/catalog/digests.h"
#include "common/catalog/resolve.h"

namespace lif {
namespace {

constexpr int kMaxPage = 1000;
// Names that are compared for "did you mean"; a catalog of this project has at most 4,096.
constexpr int kMaxNames = 10'000;

constexpr char kManifest[] = R"sql(
WITH wanted AS MATERIALIZED (SELECT * FROM manifests WHERE id = $1)
SELECT 'manifest', id::text, document, document_sha256::text, digest::text FROM wanted
UNION ALL
SELECT 'template', t.ref, t.document, t.document_sha256, t.digest
  FROM templates t WHERE t.ref = (SELECT template_ref FROM wanted)
UNION ALL
SELECT 'base', b.name, b.document, b.document_sha256, b.digest
  FROM bases b WHERE b.name = (SELECT base FROM wanted)
UNION ALL
SELECT 'module', m.ref, m.document, m.document_sha256, m.digest
  FROM modules m WHERE m.ref = ANY ((SELECT modules FROM wanted)::text[])
)sql";

constexpr char kList[] = R"sql(
SELECT id, summary, template_ref, base, platforms, requires, digest
  FROM manifests
 WHERE ($1 = '' OR id LIKE $1)
   AND ($2 = '' OR modules @> ARRAY[$2] OR module_names @> ARRAY[$2])
   AND ($3 = '' OR base = $3)
   AND id > $4
 ORDER BY id
 LIMIT $5::integer
)sql";

absl::Status Contradiction(std::string_view kind, const std::string& name, std::string_view why) {
  return absl::DataLossError(absl::StrCat("the published ", std::string(kind), " ", name, " ",
                                          std::string(why),
                                          "; restore the database from a backup"));
}

// Row of (kind, name, document, SHA-256, digest).
absl::StatusOr<std::string> VerifiedDocument(const SqlRows& rows, int row) {
  std::string document = rows.Text(row, 2);
  if (Sha256Hex(document) != rows.Text(row, 3)) {
    return Contradiction(rows.Text(row, 0), rows.Text(row, 1), "does not have its SHA-256");
  }
  return document;
}

template <typename T>
absl::Status Parse(const SqlRows& rows, int row, absl::StatusOr<T> (*from_json)(std::string_view),
                   T& value) {
  LIF_ASSIGN_OR_RETURN(std::string document, VerifiedDocument(rows, row));
  absl::StatusOr<T> parsed = from_json(document);
  if (!parsed.ok()) {
    return absl::DataLossError(absl::StrCat(
        "the published ", rows.Text(row, 0), " ", rows.Text(row, 1), " can't be read: ",
        std::string(parsed.status().message()), "; does a newer release publish here?"));
  }
  value = *std::move(parsed);
  return absl::OkStatus();
}

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

std::vector<std::string> FirstColumn(const SqlRows& rows) {
  std::vector<std::string> texts;
  for (int row = 0; row < rows.size(); ++row) texts.push_back(rows.Text(row, 0));
  return texts;
}

struct ManifestRows {
  ManifestParts parts;
  std::map<std::string, Module> modules;  // by name@version
  std::string digest;
};

absl::StatusOr<ManifestRows> ParseManifestRows(const SqlRows& rows) {
  ManifestRows read;
  for (int row = 0; row < rows.size(); ++row) {
    const std::string kind = rows.Text(row, 0);
    if (kind == "manifest") {
      read.digest = rows.Text(row, 4);
      LIF_RETURN_IF_ERROR(Parse(rows, row, &ManifestFromJson, read.parts.manifest));
    } else if (kind == "template") {
      LIF_RETURN_IF_ERROR(Parse(rows, row, &TemplateFromJson, read.parts.image_template));
    } else if (kind == "base") {
      LIF_RETURN_IF_ERROR(Parse(rows, row, &BaseFromJson, read.parts.base));
    } else {
      LIF_RETURN_IF_ERROR(Parse(rows, row, &ModuleFromJson, read.modules[rows.Text(row, 1)]));
    }
  }
  return read;
}

}  // namespace

absl::StatusOr<ResolvedManifest> PostgresCatalogReader::GetManifest(const std::string& id) {
  LIF_ASSIGN_OR_RETURN(SqlRows rows, pool_.Query(absl::StrCat("read manifest ", id), kManifest,
                                                 SqlParams().Add(id)));
  if (rows.empty()) return NoManifest(id);
  LIF_ASSIGN_OR_RETURN(ManifestRows read, ParseManifestRows(rows));
  auto lookup = [&read](const std::string& ref) -> const Module* {
    auto found = read.modules.find(ref);
    return found == read.modules.end() ? nullptr : &found->second;
  };
  absl::StatusOr<ResolvedManifest> manifest = ResolveManifest(std::move(read.parts), lookup);
  if (!manifest.ok())
    return Contradiction("manifest", id, std::string(manifest.status().message()));
  if (manifest->manifest.id != id || ManifestDigest(*manifest) != read.digest) {
    return Contradiction("manifest", id, "does not have the digest that it was published with");
  }
  return manifest;
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

absl::StatusOr<Module> PostgresCatalogReader::GetModule(const std::string& name,
                                                        const std::string& version) {
  LIF_ASSIGN_OR_RETURN(
      SqlRows rows,
      pool_.Query(absl::StrCat("read module ", name, "@", version),
                  "SELECT 'module', ref, document, document_sha256, digest FROM modules "
                  "WHERE name = $1 AND version = $2",
                  SqlParams().Add(name).Add(version)));
  if (rows.empty()) return NoModule(name, version);
  Module module;
  LIF_RETURN_IF_ERROR(Parse(rows, 0, &ModuleFromJson, module));
  if (ModuleDigest({module, module.args}) != rows.Text(0, 4)) {
    return Contradiction("module", rows.Text(0, 1),
                         "does not have the digest that it was published with");
  }
  return module;
}

absl::Status PostgresCatalogReader::NoManifest(const std::string& id) {
  LIF_ASSIGN_OR_RETURN(
      SqlRows rows, pool_.Query("list manifests", "SELECT id FROM manifests ORDER BY id LIMIT $1",
                                SqlParams().AddInt(kMaxNames)));
  if (rows.empty()) {
    return absl::NotFoundError(absl::StrCat(
        "no manifest '", id, "': nothing is published yet; run lif catalog publish DIR"));
  }
  return absl::NotFoundError(absl::StrCat("no manifest '", id, "'",
                                          DidYouMean(id, FirstColumn(rows)),
                                          "\nlif catalog list shows them all"));
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
