// Prometheus metrics: counters and histograms that the program moves, and sources that are asked
// at each scrape. prometheus-cpp keeps and prints them; it stays out of this header.
//
// Names begin with "lif_", carry their unit (seconds, bytes) and, for counters, end in "_total".
// docs/metrics.md describes each.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace lif {

using MetricLabels = std::map<std::string, std::string>;

// A family holds at most so many series. What comes beyond is added up under the value "other" of
// each label, so that no input can make a scrape grow without end.
constexpr size_t kMaxSeries = 300;

// Thread-safe, cheap to copy. Valid as long as its registry.
class CounterFamily {
 public:
  // A series begins when it is first added to; 0 shows it before anything has happened.
  void Add(const MetricLabels& labels, double amount = 1) const;

 private:
  friend class MetricRegistry;
  struct Data;
  explicit CounterFamily(std::shared_ptr<Data> data) : data_(std::move(data)) {}
  std::shared_ptr<Data> data_;
};

// As CounterFamily.
class HistogramFamily {
 public:
  void Observe(const MetricLabels& labels, double value) const;

 private:
  friend class MetricRegistry;
  struct Data;
  explicit HistogramFamily(std::shared_ptr<Data> data) : data_(std::move(data)) {}
  std::shared_ptr<Data> data_;
};

enum class MetricKind { kGauge, kCounter };

struct MetricSample {
  MetricLabels labels;
  double value = 0;
};

// One family as a source answers it.
struct MetricSamples {
  std::string name;
  std::string help;
  MetricKind kind = MetricKind::kGauge;
  std::vector<MetricSample> samples;
};

// Called at each scrape, on the scraper's thread: it must answer soon, whatever hangs.
using MetricSource = std::function<std::vector<MetricSamples>()>;

// Upper bounds in seconds, from a millisecond to an hour.
std::vector<double> DurationBuckets();

// Thread-safe.
class MetricRegistry {
 public:
  MetricRegistry();
  ~MetricRegistry();
  MetricRegistry(const MetricRegistry&) = delete;
  MetricRegistry& operator=(const MetricRegistry&) = delete;

  // Each name once.
  CounterFamily Counters(const std::string& name, const std::string& help);
  HistogramFamily Histograms(const std::string& name, const std::string& help,
                             std::vector<double> buckets = DurationBuckets());
  // What `source` uses must outlive the last call of Text.
  void AddSource(MetricSource source);

  // In the text format that Prometheus scrapes.
  std::string Text() const;

 private:
  struct Data;
  std::unique_ptr<Data> data_;
};

}  // namespace lif
