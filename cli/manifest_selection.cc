#include "cli/manifest_selection.h"

#include <algorithm>
#include <cstdio>
#include <unordered_set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/rpc.h"
#include "common/base/file_util.h"
#include "common/base/ids.h"
#include "common/base/problem.h"
#include "common/base/status_macros.h"
#include "lif/v1/catalog_service.grpc.pb.h"

namespace lif {
namespace {

constexpr uint64_t kMaxListBytes = 2 * 1024 * 1024;
constexpr int kPage = 1000;

// ReadFile is for files alone.
absl::StatusOr<std::string> ReadStandardInput() {
  std::string text(kMaxListBytes + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), stdin));
  if (text.size() <= kMaxListBytes) return text;
  return absl::InvalidArgumentError(
      absl::StrCat("--file: standard input is over ", kMaxListBytes, " bytes: no list of IDs"));
}

absl::StatusOr<std::vector<std::string>> ReadList(const std::string& path) {
  const bool is_stdin = path == "-";
  LIF_ASSIGN_OR_RETURN(const std::string text,
                       is_stdin ? ReadStandardInput() : ReadFile(path, kMaxListBytes));
  LIF_ASSIGN_OR_RETURN(std::vector<std::string> ids,
                       ParseManifestList(is_stdin ? "standard input" : path, text));
  if (ids.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--file: ", path, " names no manifest: write one ID a line"));
  }
  return ids;
}

// "--match 'web-*' and --module python3"
std::string FilterText(const ManifestSelection& selection) {
  std::vector<std::string> parts;
  if (!selection.match.empty()) parts.push_back("--match " + Quoted(selection.match));
  if (!selection.module.empty()) parts.push_back("--module " + Quoted(selection.module));
  if (!selection.platforms.empty()) {
    parts.push_back("--platform " + absl::StrJoin(selection.platforms, ", "));
  }
  return absl::StrJoin(parts, " and ");
}

// Those of `wanted` that are offered; all that are offered when none is wanted. False for none.
bool TakePlatforms(const v1::ManifestSummary& manifest, const std::vector<std::string>& wanted,
                   v1::BuildRequest* build) {
  if (wanted.empty()) return manifest.platforms_size() > 0;
  for (const std::string& platform : wanted) {
    const auto& offered = manifest.platforms();
    if (std::find(offered.begin(), offered.end(), platform) != offered.end()) {
      build->add_platforms(platform);
    }
  }
  return build->platforms_size() > 0;
}

absl::StatusOr<std::vector<v1::BuildRequest>> FromCatalog(
    CliContext& context, const std::shared_ptr<grpc::Channel>& channel,
    const ManifestSelection& selection) {
  const auto stub = v1::CatalogService::NewStub(channel);
  v1::ListManifestsRequest request;
  request.set_match(selection.match);
  request.set_module(selection.module);
  request.set_page_size(kPage);
  std::vector<v1::BuildRequest> builds;
  do {
    LIF_ASSIGN_OR_RETURN(
        const v1::ListManifestsResponse page,
        (Call<v1::CatalogService::Stub, v1::ListManifestsRequest, v1::ListManifestsResponse>(
            context, *stub, &v1::CatalogService::Stub::ListManifests, request)));
    for (const v1::ManifestSummary& manifest : page.manifests()) {
      v1::BuildRequest build;
      build.set_manifest_id(manifest.id());
      if (TakePlatforms(manifest, selection.platforms, &build)) builds.push_back(std::move(build));
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  if (!builds.empty()) return builds;
  const std::string filter = FilterText(selection);
  return absl::NotFoundError(filter.empty()
                                 ? "nothing is published yet: run lif catalog publish DIR"
                                 : absl::StrCat("no published manifest matches ", filter));
}

}  // namespace

void AddManifestSelection(OptionSet* options, ManifestSelection* selection) {
  options->Add({.name = "--manifest-id", .value = "ID", .help = "This manifest"},
               &selection->manifest_ids);
  options->Add({.name = "--all", .help = "Every published manifest"}, &selection->all);
  options->Add(
      {.name = "--match", .value = "GLOB", .help = "Published manifests with such an ID: '*', '?'"},
      &selection->match);
  options->Add({.name = "--module",
                .value = "NAME[@VERSION]",
                .help = "Published manifests with this module"},
               &selection->module);
  options->Add({.name = "--file",
                .value = "LIST",
                .help = "The manifest IDs in this file, one a line; '-' for standard input"},
               &selection->file);
  options->Add({.name = "--platform",
                .value = "OS/ARCH",
                .help = "On this platform; without it all that are offered"},
               &selection->platforms);
}

absl::Status CheckManifestSelection(const ManifestSelection& selection) {
  const bool filtered = !selection.match.empty() || !selection.module.empty();
  const int ways = (selection.manifest_ids.empty() ? 0 : 1) + (selection.all ? 1 : 0) +
                   (filtered ? 1 : 0) + (selection.file.empty() ? 0 : 1);
  if (ways == 1) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(ways == 0 ? "name manifests" : "name manifests in one way",
                   ": --manifest-id ID, --all, --match GLOB, --module NAME[@VERSION] or --file "
                   "LIST"));
}

absl::StatusOr<std::vector<std::string>> ParseManifestList(const std::string& name,
                                                           const std::string& text) {
  std::vector<std::string> ids;
  std::unordered_set<std::string> seen;
  int line = 0;
  for (const absl::string_view part : absl::StrSplit(text, '\n')) {
    ++line;
    const std::string id(absl::StripAsciiWhitespace(part.substr(0, part.find('#'))));
    if (id.empty()) continue;
    if (!IsName(id)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--file: ", name, ":", line, ": ", Quoted(id),
                       " is no manifest ID: write one a line, of a-z 0-9 . _ -"));
    }
    if (seen.insert(id).second) ids.push_back(id);
  }
  return ids;
}

absl::StatusOr<std::vector<v1::BuildRequest>> SelectBuilds(
    CliContext& context, const std::shared_ptr<grpc::Channel>& channel,
    const ManifestSelection& selection) {
  LIF_RETURN_IF_ERROR(CheckManifestSelection(selection));
  std::vector<std::string> ids = selection.manifest_ids;
  if (!selection.file.empty()) {
    LIF_ASSIGN_OR_RETURN(ids, ReadList(selection.file));
  }
  if (ids.empty()) return FromCatalog(context, channel, selection);
  std::vector<v1::BuildRequest> builds;
  for (const std::string& id : ids) {
    v1::BuildRequest build;
    build.set_manifest_id(id);
    for (const std::string& platform : selection.platforms) build.add_platforms(platform);
    builds.push_back(std::move(build));
  }
  return builds;
}

}  // namespace lif
