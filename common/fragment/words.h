// Words of ENV, LABEL, COPY … as BuildKit splits them, and the variables that it expands in them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lif {

struct Word {
  std::string text;   // quotes and escapes as written
  size_t offset = 0;  // in the text that was split
};

// Splits at blanks outside quotes. `*unterminated` is set when a quote is not closed.
std::vector<Word> SplitQuotedWords(std::string_view text, bool* unterminated);

// Splits at blanks, whatever quotes there are: COPY, ADD, EXPOSE, VOLUME.
std::vector<Word> SplitWords(std::string_view text);

// A use of $NAME or ${NAME…}.
struct VariableName {
  std::string name;
  size_t offset = 0;  // of '$'
};

// What BuildKit expands in a word of a Dockerfile: not in single quotes, not after a backslash.
// `*malformed` is set for a "${" that is not closed or has no name.
std::vector<VariableName> DockerfileVariables(std::string_view word, bool* malformed);

// [A-Za-z_][A-Za-z0-9_]*
bool IsVariableName(std::string_view text);

// Length of the variable name at the start of `text`, 0 for none.
size_t VariableNameLength(std::string_view text);

}  // namespace lif
