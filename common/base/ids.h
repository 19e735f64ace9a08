// Identifiers: ULIDs for builds and requests, and the grammar of names that people choose.
#pragma once

#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace lif {

// A ULID (github.com/ulid/spec): 48 bits of milliseconds and 80 bits of randomness as 26 characters
// of Crockford base 32, so that IDs sort by time. Thread-safe; randomness from the system.
std::string NewUlid(absl::Time now);

// 26 characters of Crockford base 32, upper case.
bool IsUlid(std::string_view text);

// [a-z0-9][a-z0-9._-]{0,99}: manifest IDs, names of modules, templates and bases.
bool IsName(std::string_view text);

}  // namespace lif
