#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "common/catalog/catalog_json.h"
#include "common/catalog/digests.h"
#include "common/catalog/resolve.h"
#include "common/postgres_catalog/catalog_rows_internal.h"

namespace lif {
namespace {

std::vector<std::string> Texts(const std::vector<Platform>& platforms) {
  std::vector<std::string> texts;
  for (const Platform& platform : platforms) texts.push_back(platform.ToString());
  return texts;
}

// The same value, not the same bytes: a release that writes documents with more keys must still
// recognise what an older one published.
template <typename T>
CatalogRow MakeRow(std::string key, const T& value, std::string digest, SqlParams values,
                   absl::StatusOr<T> (*from_json)(std::string_view)) {
  CatalogRow row;
  row.key = std::move(key);
  row.document = ToJson(value);
  row.digest = std::move(digest);
  row.values = std::move(values);
  row.same_as = [&value, from_json](const std::string& published) -> absl::StatusOr<bool> {
    LIF_ASSIGN_OR_RETURN(T other, from_json(published));
    return other == value;
  };
  return row;
}

CatalogRows BaseRows(const BaseParts& bases) {
  CatalogRows rows{{"base", "bases", "name", "name,platforms::text[]",
                    "bases never change: give the new digest a base of a new name"},
                   {}};
  for (const auto& [name, base] : bases.first) {
    std::vector<std::string> platforms;
    for (const auto& [platform, image] : base.platforms) platforms.push_back(platform.ToString());
    SqlParams values = SqlParams().Add(name).AddArray(platforms);
    rows.rows.push_back(MakeRow(name, base, BaseDigest(base), std::move(values), &BaseFromJson));
  }
  return rows;
}

CatalogRows GainedRows(const BaseParts& bases) {
  CatalogRows rows{{"platform of base", "base_platforms", "ref", "base,platform",
                    "bases never change: give the new digest a base of a new name"},
                   {}};
  for (const Base& base : bases.gained) {
    const std::string platform = base.platforms.begin()->first.ToString();
    SqlParams values = SqlParams().Add(base.name).Add(platform);
    rows.rows.push_back(MakeRow(absl::StrCat(base.name, " ", platform), base, BaseDigest(base),
                                std::move(values), &BaseFromJson));
  }
  return rows;
}

CatalogRows TemplateRows(const Catalog& catalog) {
  CatalogRows rows{
      {"template", "templates", "ref", "name,version,summary",
       "undo the change here and write it as the next version, templates/<name>/<version>.yaml"},
      {}};
  for (const auto& [ref, image_template] : catalog.templates) {
    SqlParams values = SqlParams()
                           .Add(image_template.name)
                           .Add(image_template.version)
                           .Add(image_template.summary);
    rows.rows.push_back(MakeRow(ref, image_template, TemplateDigest(image_template),
                                std::move(values), &TemplateFromJson));
  }
  return rows;
}

CatalogRows ModuleRows(const Catalog& catalog) {
  CatalogRows rows{
      {"module", "modules", "ref", "name,version,slot,summary,platforms::text[],file_blobs::text[]",
       "undo the change here and write it as the next version, in modules/<slot>/<name>/<version>; "
       "new manifests may then name that"},
      {}};
  for (const auto& [ref, module] : catalog.modules) {
    std::vector<std::string> blobs;
    for (const ModuleFile& file : module.files) blobs.push_back(file.sha256);
    SqlParams values;
    values.Add(module.name).Add(module.version).Add(SlotName(module.slot)).Add(module.summary);
    values.AddArray(Texts(module.platforms)).AddArray(blobs);
    rows.rows.push_back(MakeRow(ref, module, ModuleDigest({module, module.args}), std::move(values),
                                &ModuleFromJson));
  }
  return rows;
}

// Older releases wrote the platforms that were offered where none are named.
absl::StatusOr<bool> SameManifest(const Manifest& here, const std::vector<Platform>& offered,
                                  const std::string& published) {
  LIF_ASSIGN_OR_RETURN(Manifest other, ManifestFromJson(published));
  if (other == here) return true;
  if (!here.platforms.empty() || other.platforms != offered) return false;
  other.platforms.clear();
  return other == here;
}

absl::StatusOr<CatalogRows> ManifestRows(const Catalog& catalog, const BaseParts& bases) {
  CatalogRows rows{
      {"manifest", "manifests", "id",
       "id,summary,template_ref,base,modules::text[],module_names::text[],"
       "platforms::text[],requires::text[]",
       "a manifest ID means one image for ever: undo the change here and write it under a new ID"},
      {}};
  for (const auto& [id, manifest] : catalog.manifests) {
    LIF_ASSIGN_OR_RETURN(ResolvedManifest resolved, ResolveManifest(catalog, id));
    // Readers compute the digest with the base as it was first published.
    resolved.base = bases.first.at(manifest.base);
    ManifestSummary summary = Summarize(resolved);
    std::vector<std::string> refs;
    std::vector<std::string> names;
    for (const ResolvedModule& used : resolved.stack) {
      refs.push_back(used.module.Ref());
      names.push_back(used.module.name);
    }
    SqlParams values;
    values.Add(id).Add(summary.summary).Add(summary.template_ref).Add(summary.base);
    values.AddArray(refs).AddArray(names).AddArray(Texts(summary.platforms));
    values.AddArray(summary.requires_);
    rows.rows.push_back(
        MakeRow(id, manifest, summary.digest, std::move(values), &ManifestFromJson));
    rows.rows.back().same_as = [&manifest = manifest, offered = std::move(summary.platforms)](
                                   const std::string& published) {
      return SameManifest(manifest, offered, published);
    };
  }
  return rows;
}

}  // namespace

BaseParts SplitBases(const Catalog& catalog, const std::map<std::string, Base>& published) {
  BaseParts parts;
  for (const auto& [name, base] : catalog.bases) {
    Base& first = parts.first[name] = base;
    const auto known = published.find(name);
    if (known == published.end()) continue;
    for (const auto& [platform, pinned] : base.platforms) {
      if (known->second.platforms.count(platform) > 0) continue;
      parts.gained.push_back({name, base.epoch, {{platform, pinned}}, {}});
      first.platforms.erase(platform);
    }
    first.platforms.insert(known->second.platforms.begin(), known->second.platforms.end());
  }
  return parts;
}

absl::StatusOr<std::vector<CatalogRows>> RowsOf(const Catalog& catalog, const BaseParts& bases) {
  std::vector<CatalogRows> all;
  all.push_back(BaseRows(bases));
  all.push_back(GainedRows(bases));
  all.push_back(ModuleRows(catalog));
  all.push_back(TemplateRows(catalog));
  LIF_ASSIGN_OR_RETURN(CatalogRows manifests, ManifestRows(catalog, bases));
  all.push_back(std::move(manifests));
  return all;
}

std::string InsertStatement(const CatalogTable& table, size_t rows) {
  std::vector<std::string> names;
  std::vector<std::string> types;  // "::text[]" or ""
  for (const std::string& column : std::vector<std::string>(
           absl::StrSplit(table.columns + ",digest,document,document_sha256", ','))) {
    std::pair<std::string, std::string> parts = absl::StrSplit(column, absl::MaxSplits("::", 1));
    names.push_back(parts.first);
    types.push_back(parts.second.empty() ? "" : "::" + parts.second);
  }
  std::string values;
  size_t number = 0;
  for (size_t row = 0; row < rows; ++row) {
    for (size_t i = 0; i < types.size(); ++i) {
      absl::StrAppend(&values, i > 0 ? ", " : row > 0 ? "), (" : "(", "$", ++number, types[i]);
    }
  }
  return absl::StrCat("INSERT INTO ", table.name, " (", absl::StrJoin(names, ", "), ") VALUES ",
                      values, ")");
}

}  // namespace lif
