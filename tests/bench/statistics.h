// Order statistics of a benchmark's samples, printed as JSON for tests/bench/test_*.py.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

namespace lif {

// Nearest-rank percentile; `samples` must not be empty.
inline double Percentile(std::vector<double> samples, double fraction) {
  std::sort(samples.begin(), samples.end());
  size_t rank = static_cast<size_t>(fraction * static_cast<double>(samples.size() - 1) + 0.5);
  return samples[rank];
}

inline double MillisecondsSince(std::chrono::steady_clock::time_point start) {
  std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - start;
  return elapsed.count();
}

// {"name": …, "samples": N, "min_ms": …, "p50_ms": …, "p99_ms": …, "max_ms": …}
inline void PrintSamples(const std::string& name, const std::vector<double>& samples) {
  std::printf(
      "{\"name\": \"%s\", \"samples\": %zu, \"min_ms\": %.4f, \"p50_ms\": %.4f, \"p99_ms\": %.4f, "
      "\"max_ms\": %.4f}\n",
      name.c_str(), samples.size(), Percentile(samples, 0), Percentile(samples, 0.5),
      Percentile(samples, 0.99), Percentile(samples, 1));
}

}  // namespace lif
