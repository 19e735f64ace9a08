// Grammars of single values: what may stand in a catalog, and what may be written into a
// Dockerfile. The parser applies them to what people write; the renderer applies them again to what
// it is given.
#pragma once

#include <string_view>

namespace lif {

constexpr std::string_view kSafeCharacters = "letters, digits, space and . _ / : @ + , = ~ % -";

// At most 512 of kSafeCharacters, no space at either end: arguments and variables.
bool IsSafeValue(std::string_view text);

// [A-Z][A-Z0-9_]{0,63}
bool IsArgumentName(std::string_view text);

// A name that BuildKit, Docker or the shell gives a meaning of its own.
bool IsReservedArgument(std::string_view name);

// [a-z0-9]+ with single '.', '_' or '-' between, at most 100: usable as a stage and context name.
bool IsCatalogName(std::string_view text);

// [a-z][a-z0-9_]{0,63}
bool IsCatalogVariable(std::string_view text);

// UTF-8 without control characters (and so on one line).
bool IsSingleLine(std::string_view text);

// UTF-8 without control characters but newline and tab.
bool IsText(std::string_view text);

// [host[:port]/]path without tag and digest, as a registry names a repository.
bool IsImageRepository(std::string_view text);

// [A-Za-z0-9_][A-Za-z0-9_.-]{0,127}
bool IsImageTag(std::string_view text);

// "user", "user:group", or numbers.
bool IsUser(std::string_view text);

// Letters, digits and ". _ - /", starting with a letter or digit, at most 128.
bool IsLabelKey(std::string_view text);

// "8080/tcp": 1..65535 and tcp or udp.
bool IsPortAndProtocol(std::string_view text);

// [A-Za-z0-9][A-Za-z0-9._-]{0,99}: secret IDs and versions.
bool IsSecretToken(std::string_view text);

}  // namespace lif
