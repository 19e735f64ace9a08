#include "common/metrics/process_metrics.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"

namespace lif {
namespace {

// Fields of proc(5)'s stat, counted from 1.
constexpr size_t kUserTime = 14;
constexpr size_t kSystemTime = 15;
constexpr size_t kThreads = 20;
constexpr size_t kResidentPages = 24;

MetricSamples One(std::string name, std::string help, double value,
                  MetricKind kind = MetricKind::kGauge) {
  return {std::move(name), std::move(help), kind, {{{}, value}}};
}

// Field 3 and those after it: the name in field 2 may hold blanks and parentheses.
std::vector<double> FieldsOf(const std::string& stat) {
  std::vector<double> fields = {0, 0, 0};  // 1 to 3 are no numbers of interest
  const size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return fields;
  std::istringstream words(stat.substr(name_end + 1));
  std::string word;
  words >> word;  // the state
  while (words >> word) {
    double value = 0;
    if (!absl::SimpleAtod(word, &value)) break;
    fields.push_back(value);
  }
  return fields;
}

// The soft limit of "Max open files"; 0 when there is none.
double MaxFds(const std::string& limits) {
  constexpr std::string_view kLine = "Max open files";
  const size_t at = limits.find(kLine);
  if (at == std::string::npos) return 0;
  std::istringstream words(limits.substr(at + kLine.size()));
  double value = 0;
  words >> value;
  return words.fail() ? 0 : value;
}

std::string TextOf(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

ProcessFiles ReadProcessFiles() {
  ProcessFiles files;
  files.stat = TextOf("/proc/self/stat");
  files.limits = TextOf("/proc/self/limits");
  std::error_code error;
  std::filesystem::directory_iterator entry("/proc/self/fd", error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    ++files.open_fds;
  }
  return files;
}

}  // namespace

std::vector<MetricSamples> ProcessSamples(const ProcessFiles& files) {
  std::vector<MetricSamples> samples;
  const std::vector<double> stat = FieldsOf(files.stat);
  if (stat.size() >= kResidentPages) {
    const double tick = static_cast<double>(sysconf(_SC_CLK_TCK));
    const double page = static_cast<double>(sysconf(_SC_PAGESIZE));
    samples.push_back(One("lif_process_cpu_seconds_total", "CPU time of the process",
                          (stat[kUserTime - 1] + stat[kSystemTime - 1]) / tick,
                          MetricKind::kCounter));
    samples.push_back(One("lif_process_resident_memory_bytes", "Resident memory of the process",
                          stat[kResidentPages - 1] * page));
    samples.push_back(One("lif_process_threads", "Threads of the process", stat[kThreads - 1]));
  }
  samples.push_back(
      One("lif_process_open_fds", "Open file descriptors of the process", files.open_fds));
  const double max_fds = MaxFds(files.limits);
  if (max_fds > 0) {
    samples.push_back(
        One("lif_process_max_fds", "File descriptors that the process may have open", max_fds));
  }
  return samples;
}

void AddProcessMetrics(MetricRegistry* registry, const BuildInfo& build) {
  registry->AddSource([] { return ProcessSamples(ReadProcessFiles()); });
  const MetricLabels labels = {
      {"program", build.program},
      {"version", build.version},
      {"commit", build.commit.empty() ? "unknown" : build.commit},
  };
  registry->AddSource([labels]() -> std::vector<MetricSamples> {
    return {{"lif_build_info",
             "1, labelled with the program, its version and the commit that it was built from",
             MetricKind::kGauge,
             {{labels, 1}}}};
  });
}

}  // namespace lif
