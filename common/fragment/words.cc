#include "common/fragment/words.h"

#include "absl/strings/ascii.h"

namespace lif {
namespace {

bool IsBlank(char c) {
  return c == ' ' || c == '\t';
}

bool IsNameByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
}

}  // namespace

size_t VariableNameLength(std::string_view text) {
  if (text.empty() || absl::ascii_isdigit(static_cast<unsigned char>(text[0]))) return 0;
  size_t length = 0;
  while (length < text.size() && IsNameByte(text[length])) ++length;
  return length;
}

bool IsVariableName(std::string_view text) {
  return !text.empty() && VariableNameLength(text) == text.size();
}

std::vector<Word> SplitQuotedWords(std::string_view text, bool* unterminated) {
  std::vector<Word> words;
  char quote = 0;
  bool inside = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (!inside && IsBlank(c)) continue;
    if (!inside) words.push_back({"", i});
    inside = true;
    if (quote == 0 && IsBlank(c)) {
      inside = false;
      continue;
    }
    words.back().text += c;
    if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      words.back().text += text[++i];
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    }
  }
  *unterminated = quote != 0;
  return words;
}

std::vector<Word> SplitWords(std::string_view text) {
  std::vector<Word> words;
  bool inside = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsBlank(text[i])) {
      inside = false;
      continue;
    }
    if (!inside) words.push_back({"", i});
    inside = true;
    words.back().text += text[i];
  }
  return words;
}

std::vector<VariableName> DockerfileVariables(std::string_view word, bool* malformed) {
  std::vector<VariableName> names;
  bool single = false;
  bool twice = false;  // in double quotes
  size_t open = 0;     // "${" not closed yet
  for (size_t i = 0; i < word.size(); ++i) {
    char c = word[i];
    if (single) {
      single = c != '\'';
    } else if (c == '\\') {
      ++i;
    } else if (c == '\'' && !twice) {
      single = true;
    } else if (c == '"') {
      twice = !twice;
    } else if (c == '}' && open > 0) {
      --open;
    } else if (c == '$') {
      bool braced = i + 1 < word.size() && word[i + 1] == '{';
      size_t start = i + (braced ? 2 : 1);
      size_t length = VariableNameLength(word.substr(start));
      if (length > 0) names.push_back({std::string(word.substr(start, length)), i});
      if (braced && length == 0) *malformed = true;
      if (braced) ++open;
      if (length > 0) i = start + length - 1;
    }
  }
  if (open > 0) *malformed = true;
  return names;
}

}  // namespace lif
