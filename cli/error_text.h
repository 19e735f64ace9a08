// An error as `lif` prints it. Pure.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "cli/command.h"
#include "cli/style.h"

namespace lif {

// "error: …", then the remedies and details that the status carries (fields, when to retry), one a
// line, each ending in a newline.
std::string ErrorText(const absl::Status& status, const Style& style);

// What a failed call means to the user: a server that is not there, too slow or too old is named
// with what to do; what a server said of itself stays as it is.
absl::Status ExplainRpcError(const absl::Status& status, const ServerTarget& server);

}  // namespace lif
