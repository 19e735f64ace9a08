#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/status_macros.h"
#include "common/catalog/catalog_json.h"
#include "common/catalog/digests.h"
#include "common/catalog/resolve.h"
#include "common/postgres_catalog/manifest_batch_internal.h"

namespace lif {
namespace {

// Row of (kind, name, document, SHA-256, digest).
template <typename T>
absl::StatusOr<T> Parse(const SqlRows& rows, int row,
                        absl::StatusOr<T> (*from_json)(std::string_view)) {
  const std::string document = rows.Text(row, 2);
  if (Sha256Hex(document) != rows.Text(row, 3)) {
    return PublishedContradiction(rows.Text(row, 0), rows.Text(row, 1),
                                  "does not have its SHA-256");
  }
  absl::StatusOr<T> parsed = from_json(document);
  if (parsed.ok()) return parsed;
  return absl::DataLossError(
      absl::StrCat("the published ", rows.Text(row, 0), " ", rows.Text(row, 1), " can't be read: ",
                   std::string(parsed.status().message()), "; does a newer release publish here?"));
}

template <typename T>
absl::StatusOr<T> Find(const std::map<std::string, absl::StatusOr<T>>& items, std::string_view kind,
                       const std::string& key) {
  const auto found = items.find(key);
  if (found != items.end()) return found->second;
  return absl::NotFoundError(
      absl::StrCat("pins ", std::string(kind), " ", key, ", which is not there"));
}

}  // namespace

const char kManifestBatchQuery[] = R"sql(
WITH wanted AS MATERIALIZED (SELECT * FROM manifests WHERE id = ANY($1::text[]))
SELECT 'manifest', id::text, document, document_sha256::text, digest::text FROM wanted
UNION ALL
SELECT 'template', t.ref, t.document, t.document_sha256, t.digest
  FROM templates t WHERE t.ref IN (SELECT template_ref FROM wanted)
UNION ALL
SELECT 'base', b.name, b.document, b.document_sha256, b.digest
  FROM bases b WHERE b.name IN (SELECT base FROM wanted)
UNION ALL
SELECT 'platform of base', p.ref, p.document, p.document_sha256, p.digest
  FROM base_platforms p WHERE p.base IN (SELECT base FROM wanted)
UNION ALL
SELECT 'module', m.ref, m.document, m.document_sha256, m.digest
  FROM modules m WHERE m.ref IN (SELECT unnest(modules) FROM wanted)
)sql";

absl::Status PublishedContradiction(std::string_view kind, const std::string& name,
                                    std::string_view why) {
  return absl::DataLossError(absl::StrCat("the published ", std::string(kind), " ", name, " ",
                                          std::string(why),
                                          "; restore the database from a backup"));
}

absl::StatusOr<Module> ModuleOfRow(const SqlRows& rows, int row) {
  return Parse(rows, row, &ModuleFromJson);
}

ManifestBatch::ManifestBatch(const SqlRows& rows) {
  for (int row = 0; row < rows.size(); ++row) {
    const std::string kind = rows.Text(row, 0);
    const std::string name = rows.Text(row, 1);
    if (kind == "manifest") {
      manifests_.emplace(name,
                         PublishedManifest{Parse(rows, row, &ManifestFromJson), rows.Text(row, 4)});
    } else if (kind == "template") {
      templates_.emplace(name, Parse(rows, row, &TemplateFromJson));
    } else if (kind == "base") {
      bases_.emplace(name, Parse(rows, row, &BaseFromJson));
    } else if (kind == "platform of base") {
      gained_.push_back(Parse(rows, row, &BaseFromJson));
    } else {
      modules_.emplace(name, ModuleOfRow(rows, row));
    }
  }
}

absl::StatusOr<ResolvedManifest> ManifestBatch::Resolve(const std::string& id) const {
  const PublishedManifest& published = manifests_.at(id);
  absl::Status broken;
  const auto lookup = [&](const std::string& ref) -> const Module* {
    const auto found = modules_.find(ref);
    if (found == modules_.end()) return nullptr;
    if (found->second.ok()) return &*found->second;
    broken.Update(found->second.status());
    return nullptr;
  };
  const auto resolve = [&]() -> absl::StatusOr<ResolvedManifest> {
    LIF_ASSIGN_OR_RETURN(const Manifest manifest, published.manifest);
    const std::string template_ref =
        absl::StrCat(manifest.template_name, "@", manifest.template_version);
    LIF_ASSIGN_OR_RETURN(Template image_template, Find(templates_, "template", template_ref));
    LIF_ASSIGN_OR_RETURN(Base base, Find(bases_, "base", manifest.base));
    return ResolveManifest({manifest, std::move(image_template), std::move(base)}, lookup);
  };
  absl::StatusOr<ResolvedManifest> manifest = resolve();
  if (!broken.ok()) return broken;
  if (absl::IsDataLoss(manifest.status())) return manifest;
  if (!manifest.ok()) {
    return PublishedContradiction("manifest", id, std::string(manifest.status().message()));
  }
  if (manifest->manifest.id != id || ManifestDigest(*manifest) != published.digest) {
    return PublishedContradiction("manifest", id,
                                  "does not have the digest that it was published with");
  }
  LIF_RETURN_IF_ERROR(AddGained(manifest->base));
  return manifest;
}

absl::Status ManifestBatch::AddGained(Base& base) const {
  for (const absl::StatusOr<Base>& gained : gained_) {
    if (!gained.ok()) return gained.status();
    if (gained->name != base.name) continue;
    for (const auto& [platform, pinned] : gained->platforms) {
      if (base.platforms.emplace(platform, pinned).second) base.added.push_back(platform);
    }
  }
  std::sort(base.added.begin(), base.added.end());
  return absl::OkStatus();
}

}  // namespace lif
