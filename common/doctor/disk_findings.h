// Directories that a factory lives on.
#pragma once

#include <cstdint>
#include <string>

#include "common/doctor/finding.h"

namespace lif {

struct DirectoryNeeds {
  bool writable = false;
  uint64_t warn_below = uint64_t{10} << 30;    // free bytes
  uint64_t problem_below = uint64_t{2} << 30;  // where executors begin no build
};

// Looks at the directory and at what is free on its disk; changes nothing.
Finding CheckDirectory(const std::string& name, const std::string& path,
                       const DirectoryNeeds& needs);

}  // namespace lif
