#include "common/metrics/process_metrics.h"

#include <unistd.h>

#include <map>

#include "absl/strings/match.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

std::map<std::string, double> ByName(const std::vector<MetricSamples>& families) {
  std::map<std::string, double> values;
  for (const MetricSamples& family : families) values[family.name] = family.samples.at(0).value;
  return values;
}

TEST_CASE("the files of /proc become series") {
  ProcessFiles files;
  // The name of a program may hold anything.
  files.stat =
      "42 (lif) R 9 (x)) S 1 42 42 0 -1 4194560 900 0 5 0 150 50 0 0 20 0 7 0 1000 12345678 2500 "
      "18446744073709551615 1 1 0 0 0 0 0 4096 17663 0 0 0 17 1 0 0 0 0 0\n";
  files.limits =
      "Limit                     Soft Limit           Hard Limit           Units     \n"
      "Max open files            1024                 524288               files     \n";
  files.open_fds = 17;
  const auto values = ByName(ProcessSamples(files));
  CHECK(values.at("lif_process_cpu_seconds_total") == 200.0 / sysconf(_SC_CLK_TCK));
  CHECK(values.at("lif_process_resident_memory_bytes") == 2500.0 * sysconf(_SC_PAGESIZE));
  CHECK(values.at("lif_process_threads") == 7);
  CHECK(values.at("lif_process_open_fds") == 17);
  CHECK(values.at("lif_process_max_fds") == 1024);
}

TEST_CASE("what can't be read is left out") {
  const auto values = ByName(ProcessSamples({"", "Max open files            unlimited\n", 3}));
  CHECK(values == std::map<std::string, double>{{"lif_process_open_fds", 3}});
}

TEST_CASE("this process and its build are told") {
  MetricRegistry registry;
  AddProcessMetrics(&registry, {"lif-test", "1.2.3", ""});
  const std::string text = registry.Text();
  CHECK(absl::StrContains(
      text, "lif_build_info{commit=\"unknown\",program=\"lif-test\",version=\"1.2.3\"} 1\n"));
  CHECK(absl::StrContains(text, "# TYPE lif_process_cpu_seconds_total counter\n"));
  CHECK(absl::StrContains(text, "\nlif_process_resident_memory_bytes "));
  CHECK_FALSE(absl::StrContains(text, "\nlif_process_resident_memory_bytes 0\n"));
}

}  // namespace
}  // namespace lif
