#include "common/metrics/metric_registry.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("a scrape shows what was counted") {
  MetricRegistry registry;
  const CounterFamily builds = registry.Counters("lif_builds_total", "Builds by outcome");
  const HistogramFamily times = registry.Histograms("lif_wait_seconds", "Waits", {0.5, 2});
  builds.Add({{"outcome", "failed"}}, 0);
  builds.Add({{"outcome", "compatible"}});
  builds.Add({{"outcome", "compatible"}}, 2);
  times.Observe({{"pool", "amd64"}}, 1);
  times.Observe({{"pool", "amd64"}}, 60);
  CHECK(registry.Text() ==
        "# HELP lif_builds_total Builds by outcome\n"
        "# TYPE lif_builds_total counter\n"
        "lif_builds_total{outcome=\"compatible\"} 3\n"
        "lif_builds_total{outcome=\"failed\"} 0\n"
        "# HELP lif_wait_seconds Waits\n"
        "# TYPE lif_wait_seconds histogram\n"
        "lif_wait_seconds_count{pool=\"amd64\"} 2\n"
        "lif_wait_seconds_sum{pool=\"amd64\"} 61\n"
        "lif_wait_seconds_bucket{pool=\"amd64\",le=\"0.5\"} 0\n"
        "lif_wait_seconds_bucket{pool=\"amd64\",le=\"2\"} 1\n"
        "lif_wait_seconds_bucket{pool=\"amd64\",le=\"+Inf\"} 2\n");
}

TEST_CASE("sources are asked at each scrape") {
  MetricRegistry registry;
  int asked = 0;
  registry.AddSource([&asked]() -> std::vector<MetricSamples> {
    ++asked;
    return {{"lif_depth", "Depth", MetricKind::kGauge, {{{{"pool", "a\"b"}}, asked * 1.5}}},
            {"lif_empty", "Nothing to tell", MetricKind::kGauge, {}}};
  });
  CHECK(absl::StrContains(registry.Text(), "lif_depth{pool=\"a\\\"b\"} 1.5\n"));
  const std::string second = registry.Text();
  CHECK(absl::StrContains(second, "lif_depth{pool=\"a\\\"b\"} 3\n"));
  CHECK_FALSE(absl::StrContains(second, "lif_empty"));
}

TEST_CASE("series are bounded, and none is lost from the sum") {
  MetricRegistry registry;
  const CounterFamily family = registry.Counters("lif_many_total", "Many");
  constexpr int kLabels = 1000;
  for (int i = 0; i < kLabels; ++i) family.Add({{"tenant", absl::StrCat("t", i)}});
  const std::string text = registry.Text();
  CHECK(std::count(text.begin(), text.end(), '\n') == 2 + static_cast<int>(kMaxSeries) + 1);
  CHECK(absl::StrContains(text, absl::StrCat("lif_many_total{tenant=\"other\"} ",
                                             kLabels - static_cast<int>(kMaxSeries), "\n")));
  registry.AddSource([]() -> std::vector<MetricSamples> {
    MetricSamples samples{"lif_wide", "Wide", MetricKind::kGauge, {}};
    for (int i = 0; i < kLabels; ++i) samples.samples.push_back({{{"i", absl::StrCat(i)}}, 1});
    return {samples};
  });
  const std::string wide = registry.Text();
  CHECK(std::count(wide.begin(), wide.end(), '\n') == 2 * (2 + static_cast<int>(kMaxSeries)) + 1);
}

TEST_CASE("buckets of durations rise, from a millisecond to an hour") {
  const std::vector<double> buckets = DurationBuckets();
  CHECK(std::is_sorted(buckets.begin(), buckets.end()));
  CHECK(buckets.front() == 0.001);
  CHECK(buckets.back() == 3600);
}

}  // namespace
}  // namespace lif
