// Checks of a submit that need no store: bounds first, then each field. Pure.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "controlplane/submit_builds.h"

namespace lif {

// INVALID_ARGUMENT with one violation for each wrong field. What concerns one build only (its
// manifest, its platforms) is not checked here: it is answered with that build.
absl::Status CheckSubmitBuilds(const SubmitBuildsInput& input, const SubmitLimits& limits);

// [a-z0-9][a-z0-9._-]{0,62}
bool IsTenant(std::string_view text);

// version-traceid-parentid-flags, as in W3C Trace Context 1.
bool IsTraceparent(std::string_view text);

}  // namespace lif
