// What the kernel tells of this process, and which program it is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/metrics/metric_registry.h"

namespace lif {

// Files of /proc as text.
struct ProcessFiles {
  std::string stat;    // /proc/self/stat
  std::string limits;  // /proc/self/limits
  int open_fds = 0;    // entries of /proc/self/fd
};

// lif_process_…: memory, CPU, descriptors, threads. Leaves out what it can't read. Pure.
std::vector<MetricSamples> ProcessSamples(const ProcessFiles& files);

struct BuildInfo {
  std::string program;  // "lif-executor"
  std::string version;
  std::string commit;  // "" when the build did not know it
};

// Adds the above, read at each scrape, and lif_build_info.
void AddProcessMetrics(MetricRegistry* registry, const BuildInfo& build);

}  // namespace lif
