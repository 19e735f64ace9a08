#include "common/stitch/dockerfile.h"

#include <algorithm>
#include <set>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/ids.h"
#include "common/base/problem.h"
#include "common/base/status_macros.h"
#include "common/catalog/values.h"
#include "common/stitch/image_stage.h"
#include "common/stitch/module_stage.h"

namespace lif {
namespace {

int CountLines(const std::string& text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

absl::Status CheckInput(const ResolvedManifest& manifest, const RenderOptions& options) {
  if (!IsName(manifest.manifest.id)) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(manifest.manifest.id), " is not a manifest ID"));
  }
  if (!IsCatalogName(manifest.base.name)) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(manifest.base.name), " is not the name of a base"));
  }
  if (!IsName(options.recipe.trust_domain)) {
    return absl::InvalidArgumentError(absl::StrCat("trust domain ",
                                                   Quoted(options.recipe.trust_domain),
                                                   " is not of [a-z0-9][a-z0-9._-]{0,99}"));
  }
  const BasePlatform& base = manifest.base.platforms.at(options.platform);
  if (!IsImageRepository(base.image)) {
    return absl::InvalidArgumentError(absl::StrCat("base ", manifest.base.name, ": image ",
                                                   Quoted(base.image), " is not a repository"));
  }
  return CheckOciDigest(base.digest);
}

absl::Status CheckPart(const ResolvedManifest& manifest, const JobPart& part) {
  const int modules = static_cast<int>(manifest.stack.size());
  const int top = part.top == 0 ? modules : part.top;
  if (part.below < 0 || part.below > top || top > modules || (part.top != 0 && part.below == top)) {
    return absl::InvalidArgumentError(
        absl::StrCat("manifest ", manifest.manifest.id, " has ", modules,
                     " modules: a job can't build those from ", part.below + 1, " to ",
                     part.top == 0 ? "the top" : absl::StrCat(part.top)));
  }
  if (part.below == 0) {
    if (part.image.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError("a job that begins on the base stands on no layer");
  }
  const size_t at = part.image.find('@');
  if (at == std::string::npos || !IsImageRepository(part.image.substr(0, at))) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(part.image), " is not the repository@digest of a layer"));
  }
  return CheckOciDigest(part.image.substr(at + 1));
}

// The first line is a plain comment: it ends the zone in which "# name=value" would be a directive.
std::string Header(const ResolvedManifest& manifest, const RenderOptions& options) {
  return absl::StrCat("# Rendered by lif from a manifest; a change here is lost.\n# manifest: ",
                      manifest.manifest.id, "\n# digest: ", ManifestDigest(manifest),
                      "\n# platform: ", options.platform.ToString(),
                      "\n# stitch: ", options.recipe.stitch_version, "\n");
}

// The first stage, and what the next one stands on.
struct Ground {
  std::string text;
  std::string stage;
};

Ground GroundOf(const ResolvedManifest& manifest, const RenderOptions& options,
                const JobPart& part) {
  if (part.below == 0) {
    const BasePlatform& base = manifest.base.platforms.at(options.platform);
    return {absl::StrCat("FROM ", base.image, "@", base.digest, " AS base\n"), "base"};
  }
  const std::string stage = StageName(manifest.stack[part.below - 1].module);
  return {absl::StrCat("FROM ", part.image, " AS ", stage, "\n"), stage};
}

void AddStage(const ModuleStage& stage, const std::string& module_ref,
              RenderedDockerfile* rendered) {
  rendered->text += "\n";
  const int above = CountLines(rendered->text);
  rendered->text += stage.text;
  SourceLine line;
  line.first = above + stage.fragment_line;
  line.last = line.first + stage.fragment_lines - 1;
  line.module_ref = module_ref;
  line.stage = stage.name;
  line.fragment_first = 1;
  rendered->lines.push_back(line);
}

void AddInputs(const Module& module, std::set<std::pair<std::string, std::string>>* seen,
               RenderedDockerfile* rendered) {
  if (!module.files.empty()) {
    rendered->contexts.push_back({ContextName(module.name), module.Ref(), module.files});
  }
  for (const SecretRef& secret : module.secrets) {
    if (seen->emplace(secret.id, secret.version).second) rendered->secrets.push_back(secret);
  }
}

}  // namespace

absl::StatusOr<RenderedDockerfile> RenderDockerfile(const ResolvedManifest& manifest,
                                                    const RenderOptions& options) {
  return RenderJobDockerfile(manifest, options, JobPart());
}

absl::StatusOr<RenderedDockerfile> RenderJobDockerfile(const ResolvedManifest& manifest,
                                                       const RenderOptions& options,
                                                       const JobPart& part) {
  // Says which part does not offer the platform.
  LIF_RETURN_IF_ERROR(CheckOffered(manifest, options.platform));
  LIF_RETURN_IF_ERROR(CheckInput(manifest, options));
  LIF_RETURN_IF_ERROR(CheckPart(manifest, part));
  const Ground ground = GroundOf(manifest, options, part);
  RenderedDockerfile rendered;
  rendered.text = Header(manifest, options) + ground.text;
  StitchState state;
  std::string below = ground.stage;
  int position = 0;
  std::set<std::string> stages;
  std::set<std::pair<std::string, std::string>> secrets;
  for (const ResolvedModule& resolved : manifest.stack) {
    LIF_ASSIGN_OR_RETURN(
        ModuleStage stage,
        RenderModuleStage({resolved, options.platform, options.recipe, below}, &state));
    if (!stages.insert(resolved.module.name).second) {
      return absl::InvalidArgumentError(absl::StrCat("manifest ", manifest.manifest.id,
                                                     " has module ", resolved.module.name,
                                                     " twice; publish it with one of them"));
    }
    ++position;
    // Rendered all the same: lower modules decide which arguments and which CMD are seen above.
    if (position <= part.below) continue;
    if (part.top != 0 && position > part.top) break;
    AddStage(stage, resolved.module.Ref(), &rendered);
    AddInputs(resolved.module, &secrets, &rendered);
    below = stage.name;
  }
  if (part.top != 0) return rendered;
  LIF_ASSIGN_OR_RETURN(std::string image,
                       RenderImageStage({manifest, options.platform, below, state.command}));
  absl::StrAppend(&rendered.text, "\n", image);
  return rendered;
}

}  // namespace lif
