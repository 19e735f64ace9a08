#include "common/stitch/image_stage.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/catalog/semver.h"
#include "common/catalog/values.h"
#include "common/fragment/paths.h"
#include "common/fragment/words.h"
#include "common/stitch/quoting.h"

namespace lif {
namespace {

absl::Status Check(bool good, const Template& image_template, const std::string& what,
                   const std::string& value) {
  if (good) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("template ", image_template.Ref(),
                                                 " can't be rendered: config.", what, " ",
                                                 Quoted(value), "; publish a corrected version"));
}

absl::Status CheckWords(const std::optional<std::vector<std::string>>& words,
                        const Template& image_template, const std::string& what) {
  if (!words) return absl::OkStatus();
  for (const std::string& word : *words) {
    LIF_RETURN_IF_ERROR(Check(IsText(word), image_template, what, word));
  }
  return absl::OkStatus();
}

absl::Status CheckConfig(const Template& image_template) {
  const ImageConfig& config = image_template.config;
  const std::string user = config.user.value_or("root");
  LIF_RETURN_IF_ERROR(Check(IsUser(user), image_template, "user", user));
  const std::string workdir = config.workdir.value_or("/");
  LIF_RETURN_IF_ERROR(Check(IsPlainAbsolutePath(workdir), image_template, "workdir", workdir));
  LIF_RETURN_IF_ERROR(CheckWords(config.entrypoint, image_template, "entrypoint"));
  LIF_RETURN_IF_ERROR(CheckWords(config.command, image_template, "command"));
  for (const auto& [name, value] : config.env) {
    LIF_RETURN_IF_ERROR(Check(IsVariableName(name), image_template, "env", name));
    LIF_RETURN_IF_ERROR(Check(IsSingleLine(value), image_template, "env." + name, value));
  }
  for (const auto& [key, value] : config.labels) {
    LIF_RETURN_IF_ERROR(Check(IsLabelKey(key), image_template, "labels", key));
    LIF_RETURN_IF_ERROR(Check(IsSingleLine(value), image_template, "labels." + key, value));
  }
  for (const std::string& port : config.expose) {
    LIF_RETURN_IF_ERROR(Check(IsPortAndProtocol(port), image_template, "expose", port));
  }
  return absl::OkStatus();
}

// Only what the build key or the immutable manifest fixes: the same key, the same labels.
std::map<std::string, std::string> Labels(const ImageStageRequest& request) {
  const ResolvedManifest& manifest = request.manifest;
  std::map<std::string, std::string> labels = {
      {"org.opencontainers.image.title", manifest.manifest.id}};
  for (const auto& [key, value] : manifest.image_template.config.labels) labels[key] = value;
  std::string modules;
  for (const ResolvedModule& resolved : manifest.stack) {
    absl::StrAppend(&modules, modules.empty() ? "" : " ", resolved.module.Ref());
  }
  // Ours win: a label that names another manifest would be a lie.
  labels["org.opencontainers.image.base.digest"] =
      manifest.base.platforms.at(request.platform).digest;
  labels["io.lif.manifest-id"] = manifest.manifest.id;
  labels["io.lif.template"] = manifest.image_template.Ref();
  labels["io.lif.base"] = manifest.base.name;
  labels["io.lif.modules"] = modules;
  return labels;
}

}  // namespace

absl::StatusOr<std::string> RenderImageStage(const ImageStageRequest& request) {
  const Template& image_template = request.manifest.image_template;
  if (!IsCatalogName(image_template.name) || !ParseSemVer(image_template.version).ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(image_template.Ref()), " is not the name@version of a template"));
  }
  LIF_RETURN_IF_ERROR(CheckConfig(image_template));
  const ImageConfig& config = image_template.config;
  std::string text =
      absl::StrCat("# ", image_template.Ref(), "\nFROM ", request.from, " AS image\n");
  for (const auto& [name, value] : config.env) {
    absl::StrAppend(&text, "ENV ", name, "=", QuoteWord(value), "\n");
  }
  if (config.workdir) absl::StrAppend(&text, "WORKDIR ", *config.workdir, "\n");
  if (config.user) absl::StrAppend(&text, "USER ", *config.user, "\n");
  for (const std::string& port : config.expose) absl::StrAppend(&text, "EXPOSE ", port, "\n");
  if (config.entrypoint) {
    absl::StrAppend(&text, "ENTRYPOINT ", ExecForm(*config.entrypoint), "\n");
  }
  if (config.command) {
    absl::StrAppend(&text, "CMD ", ExecForm(*config.command), "\n");
  } else if (config.entrypoint && request.command) {
    absl::StrAppend(&text, "CMD ", ExecForm(*request.command), "\n");
  }
  for (const auto& [key, value] : Labels(request)) {
    absl::StrAppend(&text, "LABEL ", key, "=", QuoteWord(value), "\n");
  }
  return text;
}

}  // namespace lif
