// Puts a manifest together with what it pins. Used by every CatalogReader, so that all of them
// stack modules and apply arguments in the same way.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/catalog/catalog_reader.h"
#include "common/catalog/model.h"

namespace lif {

// name@version of every module of the manifest, bottom first, in the template's slot order. Modules
// of a slot that the template does not have come last (validation refuses such a manifest).
std::vector<ModuleUse> StackOf(const Manifest& manifest, const Template& image_template);

struct ManifestParts {
  Manifest manifest;
  Template image_template;
  Base base;
};

// Answers the module of a name@version, or null. Called once for each module of the stack.
using ModuleLookup = std::function<const Module*(const std::string& ref)>;

// NOT_FOUND that names the module which `lookup` does not have; INVALID_ARGUMENT for an argument
// that the module does not declare.
absl::StatusOr<ResolvedManifest> ResolveManifest(ManifestParts parts, const ModuleLookup& lookup);

// From a catalog in memory. NOT_FOUND with near matches.
absl::StatusOr<ResolvedManifest> ResolveManifest(const Catalog& catalog, const std::string& id);

// The same for each ID: what CatalogReader::GetManifests answers.
std::vector<absl::StatusOr<ResolvedManifest>> ResolveManifests(const Catalog& catalog,
                                                               const std::vector<std::string>& ids);

// INVALID_ARGUMENT over kMaxManifestBatch.
absl::Status CheckManifestBatch(const std::vector<std::string>& ids);

CatalogNames NamesOf(const Catalog& catalog);

ManifestSummary Summarize(const ResolvedManifest& manifest);

// Whether a manifest is in the answer to a filter (`after` and `limit` apart).
bool Matches(const ManifestFilter& filter, const Manifest& manifest);

// '*' is any text, '?' one byte, the rest itself. Linear in |pattern| × |text|.
bool GlobMatches(std::string_view pattern, std::string_view text);

}  // namespace lif
