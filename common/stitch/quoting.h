// Values as words of a Dockerfile, such that nothing in a value can end the word, the instruction
// or be expanded. Callers pass UTF-8 without control characters (catalog/values.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lif {

// "value" in double quotes; '"', '\' and '$' escaped. For ARG, ENV and LABEL.
std::string QuoteWord(std::string_view value);

// ["a", "b"] on one line: exec form. BuildKit expands nothing in it.
std::string ExecForm(const std::vector<std::string>& words);

}  // namespace lif
