#include "executor/buildx_command.h"

#include "absl/strings/str_cat.h"
#include "executor/docker_argv.h"

namespace lif {

std::vector<std::string> BuildxCommand(const BuildxOptions& options,
                                       const ImageBuildRequest& request) {
  std::vector<std::string> argv = DockerArgv(options.docker, options.docker_host);
  argv.insert(argv.end(), {"buildx", "build", "--progress=rawjson"});
  if (!options.builder.empty() && options.builder != "default") {
    argv.push_back("--builder=" + options.builder);
  }
  argv.push_back("--platform=" + request.platform);
  argv.push_back("--network=" + request.network);
  argv.push_back("--target=" + request.target);
  argv.push_back("--file=" + request.dockerfile);
  for (const auto& [name, directory] : request.contexts) {
    argv.push_back(absl::StrCat("--build-context=", name, "=", directory));
  }
  for (const auto& [id, file] : request.secrets) {
    argv.push_back(absl::StrCat("--secret=id=", id, ",src=", file));
  }
  for (const auto& [name, value] : request.labels) {
    argv.push_back(absl::StrCat("--label=", name, "=", value));
  }
  for (const std::string& reference : request.cache_from) {
    argv.push_back("--cache-from=type=registry,ref=" + reference);
  }
  for (const std::string& reference : request.cache_to) {
    argv.push_back(absl::StrCat("--cache-to=type=registry,ref=", reference,
                                ",mode=max,compression=", request.compression,
                                ",ignore-error=true"));
  }
  // Attestations are stages of their own, on the image's digest: the builder adds none, so that the
  // output is the platform's manifest itself.
  argv.insert(argv.end(), {"--provenance=false", "--sbom=false"});
  argv.push_back(
      absl::StrCat("--output=type=oci,dest=", request.output,
                   ",tar=false,rewrite-timestamp=true,compression=", request.compression));
  argv.push_back("--metadata-file=" + request.metadata_file);
  argv.push_back(request.empty_context);
  return argv;
}

}  // namespace lif
