// Package URLs (purl): pkg:TYPE/NAMESPACE/NAME@VERSION?KEY=VALUE&…#SUBPATH. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace lif {

struct Purl {
  std::string type;                               // lower case
  std::map<std::string, std::string> qualifiers;  // percent-decoded
};

// nullopt when the text is no package URL.
std::optional<Purl> ParsePurl(std::string_view text);

}  // namespace lif
