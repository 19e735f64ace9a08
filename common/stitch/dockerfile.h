// Stitches a manifest's fragments into one Dockerfile (design.md §5). Pure: the same manifest gives
// the same bytes; no date, host or environment enters.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/catalog/digests.h"
#include "common/catalog/model.h"

namespace lif {

// Which line of the rendered Dockerfile came from where, so that an engine's error at a line can be
// told in the words of the module's author.
struct SourceLine {
  int first = 0;           // line of the Dockerfile, 1-based, inclusive
  int last = 0;            // inclusive
  std::string module_ref;  // name@version
  std::string stage;       // "<slot>-<module>"
  int fragment_first = 0;  // line of fragment.Dockerfile at `first`
};

struct RenderedDockerfile {
  std::string text;
  std::vector<SourceLine> lines;  // ascending, disjoint
  // Modules whose files/ must be given as named contexts (docs/identity.md: `module-<name>`).
  struct Context {
    std::string name;  // as COPY --from names it in the rendered text
    std::string module_ref;
    std::vector<ModuleFile> files;
  };
  std::vector<Context> contexts;
  std::vector<SecretRef> secrets;  // IDs that the build must provide
};

struct RenderOptions {
  Platform platform;
  Recipe recipe;
};

absl::StatusOr<RenderedDockerfile> RenderDockerfile(const ResolvedManifest& manifest,
                                                    const RenderOptions& options);

}  // namespace lif
