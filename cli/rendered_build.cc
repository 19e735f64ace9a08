#include "cli/rendered_build.h"

#include <cctype>

#include "absl/strings/str_cat.h"

namespace lif {

std::string ShellQuote(const std::string& text) {
  bool plain = !text.empty();
  for (const char c : text) {
    const bool safe = std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                      std::string_view("-_./:=@,+").find(c) != std::string_view::npos;
    plain = plain && safe;
  }
  if (plain) return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

std::string BuildScript(const RenderedBuild& build) {
  std::string script = absl::StrCat(
      "#!/bin/sh\n"
      "# Builds ",
      build.manifest_id, " for ", build.platform,
      " as the factory does: the same stages, inputs and timestamps.\n"
      "# The image is left in image/ as an OCI layout. For the local Docker instead:\n"
      "#   LIF_OUTPUT=type=docker,name=",
      build.manifest_id,
      " ./build.sh\n"
      "# More arguments go to buildx, such as --progress=plain.\n");
  if (!build.secret_ids.empty()) {
    script += "# Secrets are read from files in secrets/, named by their IDs; create them first.\n";
  }
  absl::StrAppend(&script,
                  "set -eu\n"
                  "cd \"$(dirname \"$0\")\"\n"
                  "mkdir -p empty\n"
                  "export SOURCE_DATE_EPOCH=",
                  build.epoch, "\n",
                  "exec docker buildx build \\\n"
                  "  --platform=",
                  ShellQuote(build.platform),
                  " \\\n"
                  "  --network=",
                  ShellQuote(build.network),
                  " \\\n"
                  "  --target=image \\\n"
                  "  --file=Dockerfile \\\n");
  for (const RenderedContext& context : build.contexts) {
    absl::StrAppend(
        &script, "  ",
        ShellQuote(absl::StrCat("--build-context=", context.name, "=contexts/", context.name)),
        " \\\n");
  }
  for (const std::string& id : build.secret_ids) {
    absl::StrAppend(&script, "  ",
                    ShellQuote(absl::StrCat("--secret=id=", id, ",src=secrets/", id)), " \\\n");
  }
  absl::StrAppend(&script,
                  "  --provenance=false --sbom=false \\\n"
                  "  --output=\"${LIF_OUTPUT:-type=oci,dest=image,tar=false,"
                  "rewrite-timestamp=true,compression=",
                  build.compression,
                  "}\" \\\n"
                  "  \"$@\" empty\n");
  return script;
}

}  // namespace lif
