// Configuration files: `key = value` lines, with sections. Pure.
//
//   # keys before any section are for every program
//   redis-url = redis://lif:…@127.0.0.1:6379
//   [executor]
//   capability = gpu          # a list: repeat the key
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace lif {

struct IniEntry {
  std::string section;  // "" before the first
  std::string key;
  std::string value;  // blanks around it and one pair of double quotes removed
  int line = 0;       // 1-based
};

// A comment is a line that starts with '#' or ';', or what follows " #" outside quotes.
// The error names `path` and the line.
absl::StatusOr<std::vector<IniEntry>> ParseIni(std::string_view text, const std::string& path);

}  // namespace lif
