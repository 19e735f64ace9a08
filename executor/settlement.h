// A finished attempt before its stores have it; plain data.
#pragma once

#include <string>
#include <vector>

#include "common/records/record.h"

namespace lif {

// Something to keep as a blob: a file, or bytes when `path` is empty.
struct PendingArtifact {
  std::string name;
  std::string media_type;
  std::string path;
  std::string bytes;
};

struct Settlement {
  Record record;
  std::vector<PendingArtifact> artifacts;
  std::vector<std::string> log_tail;  // for the error report
};

}  // namespace lif
