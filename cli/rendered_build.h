// A manifest rendered for one platform, with all that a build by hand needs. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lif {

struct RenderedFile {
  std::string path;    // below the context's directory
  std::string sha256;  // 64 hex
  bool executable = false;
};

struct RenderedContext {
  std::string name;        // as COPY --from names it
  std::string module_ref;  // name@version
  std::vector<RenderedFile> files;
};

struct RenderedBuild {
  std::string manifest_id;
  std::string platform;
  std::string dockerfile;
  std::vector<RenderedContext> contexts;
  std::vector<std::string> secret_ids;
  std::string build_key;
  int64_t epoch = 0;
  std::string network = "default";
  std::string compression = "zstd";
};

// build.sh: the buildx command of the factory, to be run beside Dockerfile and contexts/.
std::string BuildScript(const RenderedBuild& build);

// `text` for a POSIX shell: bare when it is plain, else in single quotes.
std::string ShellQuote(const std::string& text);

}  // namespace lif
