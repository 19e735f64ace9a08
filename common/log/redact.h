// Masks passwords in texts that are about to be shown: a second fence behind "never log secrets".
#pragma once

#include <string>
#include <string_view>

namespace lif {

// Replaces by "***" the password of a URL (scheme://user:password@host), and the value after
// `password=` as in a PostgreSQL connection string or a query (quoted or not).
std::string RedactSecrets(std::string_view text);

// True when RedactSecrets would change the text.
bool ContainsSecret(std::string_view text);

}  // namespace lif
