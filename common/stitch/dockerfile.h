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

// The whole image: the base, a stage for each module, and the stage `image`.
absl::StatusOr<RenderedDockerfile> RenderDockerfile(const ResolvedManifest& manifest,
                                                    const RenderOptions& options);

// Which part of the stack a job builds (common/plan). Positions count modules from the bottom of
// the stack, the first is 1.
struct JobPart {
  // Position of the layer that `image` ends with; 0 when the part begins on the base.
  int below = 0;
  std::string image;  // "repository@sha256:<hex>" of that layer; "" for the base
  // Position of the topmost module that is built; 0 for an image job: all that are left, and the
  // stage `image`.
  int top = 0;
};

// The same stages as in the whole Dockerfile, on the layers that are there: no instruction of a
// lower module occurs, so that none can run. Lines, contexts and secrets are those of the part.
// INVALID_ARGUMENT when the part is not one of the stack, or its image not one by digest.
absl::StatusOr<RenderedDockerfile> RenderJobDockerfile(const ResolvedManifest& manifest,
                                                       const RenderOptions& options,
                                                       const JobPart& part);

}  // namespace lif
