#include "common/stitch/quoting.h"

#include <nlohmann/json.hpp>

namespace lif {

std::string QuoteWord(std::string_view value) {
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\' || c == '$') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string ExecForm(const std::vector<std::string>& words) {
  std::string text = "[";
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += ", ";
    text += nlohmann::json(words[i]).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  return text + "]";
}

}  // namespace lif
