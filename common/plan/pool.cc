#include "common/plan/pool.h"

namespace lif {

std::string PoolFor(const Platform& platform, const std::vector<std::string>& capabilities) {
  if (capabilities.empty()) return platform.arch;
  std::string pool;
  for (const std::string& capability : capabilities) {
    if (!pool.empty()) pool += '-';
    pool += capability;
  }
  return platform.arch == "amd64" ? pool : pool + "-" + platform.arch;
}

}  // namespace lif
