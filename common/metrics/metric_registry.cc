#include "common/metrics/metric_registry.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <utility>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"

namespace lif {
namespace {

// Decides which labels a series really gets; one a family.
class SeriesLimit {
 public:
  MetricLabels Admit(const MetricLabels& labels) {
    MutexLock lock(&mutex_);
    if (known_.count(labels) != 0) return labels;
    if (known_.size() < kMaxSeries) {
      known_.emplace(labels, true);
      return labels;
    }
    MetricLabels other = labels;
    for (auto& [name, value] : other) value = "other";
    return other;
  }

 private:
  Mutex mutex_;
  std::map<MetricLabels, bool> known_ ABSL_GUARDED_BY(mutex_);
};

prometheus::MetricFamily FamilyOf(MetricSamples samples) {
  prometheus::MetricFamily family;
  family.name = std::move(samples.name);
  family.help = std::move(samples.help);
  const bool gauge = samples.kind == MetricKind::kGauge;
  family.type = gauge ? prometheus::MetricType::Gauge : prometheus::MetricType::Counter;
  for (const MetricSample& sample : samples.samples) {
    if (family.metric.size() == kMaxSeries) break;
    prometheus::ClientMetric metric;
    for (const auto& [name, value] : sample.labels) metric.label.push_back({name, value});
    (gauge ? metric.gauge.value : metric.counter.value) = sample.value;
    family.metric.push_back(std::move(metric));
  }
  return family;
}

}  // namespace

struct CounterFamily::Data {
  prometheus::Family<prometheus::Counter>& family;
  SeriesLimit limit;
};

struct HistogramFamily::Data {
  prometheus::Family<prometheus::Histogram>& family;
  const std::vector<double> buckets;
  SeriesLimit limit;
};

struct MetricRegistry::Data {
  prometheus::Registry registry{prometheus::Registry::InsertBehavior::Throw};
  Mutex mutex;
  std::vector<MetricSource> sources ABSL_GUARDED_BY(mutex);
};

void CounterFamily::Add(const MetricLabels& labels, double amount) const {
  data_->family.Add(data_->limit.Admit(labels)).Increment(amount);
}

void HistogramFamily::Observe(const MetricLabels& labels, double value) const {
  data_->family.Add(data_->limit.Admit(labels), data_->buckets).Observe(value);
}

std::vector<double> DurationBuckets() {
  return {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,  1,
          2.5,   5,      10,    30,   60,    120,  300, 600,  1800, 3600};
}

MetricRegistry::MetricRegistry() : data_(std::make_unique<Data>()) {}

MetricRegistry::~MetricRegistry() = default;

CounterFamily MetricRegistry::Counters(const std::string& name, const std::string& help) {
  auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(data_->registry);
  return CounterFamily(std::shared_ptr<CounterFamily::Data>(new CounterFamily::Data{family, {}}));
}

HistogramFamily MetricRegistry::Histograms(const std::string& name, const std::string& help,
                                           std::vector<double> buckets) {
  auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(data_->registry);
  return HistogramFamily(std::shared_ptr<HistogramFamily::Data>(
      new HistogramFamily::Data{family, std::move(buckets), {}}));
}

void MetricRegistry::AddSource(MetricSource source) {
  MutexLock lock(&data_->mutex);
  data_->sources.push_back(std::move(source));
}

std::string MetricRegistry::Text() const {
  std::vector<MetricSource> sources;
  {
    MutexLock lock(&data_->mutex);
    sources = data_->sources;
  }
  std::vector<prometheus::MetricFamily> families = data_->registry.Collect();
  for (const MetricSource& source : sources) {
    for (MetricSamples& samples : source()) {
      if (!samples.samples.empty()) families.push_back(FamilyOf(std::move(samples)));
    }
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace lif
