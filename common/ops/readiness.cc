#include "common/ops/readiness.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"

namespace lif {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(1);
// A probe that takes longer than this hangs; until then its last answer counts.
constexpr absl::Duration kSilence = absl::Seconds(5);

absl::Status StatusOf(const CachedRead<absl::Status>::Answer& answer) {
  if (answer.value && answer.pending < kSilence) return *answer.value;
  return absl::UnavailableError(
      absl::StrCat("no answer for ",
                   absl::FormatDuration(absl::Trunc(answer.pending, absl::Milliseconds(100)))));
}

}  // namespace

Readiness::Readiness(std::vector<Dependency> dependencies, Clock& clock) {
  for (Dependency& dependency : dependencies) {
    probes_.push_back(
        {dependency.name, std::make_unique<CachedRead<absl::Status>>(std::move(dependency.probe),
                                                                     clock, dependency.max_age)});
  }
}

ReadinessReport Readiness::Check() {
  ReadinessReport report;
  if (paused_) report.draining = "drained by an operator";
  if (ending_) report.draining = "shutting down";
  for (Probe& probe : probes_) probe.read->Ask();
  const auto until = std::chrono::steady_clock::now() + absl::ToChronoMilliseconds(kPatience);
  bool all = true;
  for (Probe& probe : probes_) {
    const auto left = until - std::chrono::steady_clock::now();
    const auto answer = probe.read->Get(std::max(absl::FromChrono(left), absl::ZeroDuration()));
    report.dependencies.push_back({probe.name, StatusOf(answer), answer.age});
    all = all && report.dependencies.back().status.ok();
  }
  report.ready = all && report.draining.empty();
  return report;
}

std::string ReadinessJson(const ReadinessReport& report) {
  nlohmann::ordered_json json;
  json["ready"] = report.ready;
  if (!report.draining.empty()) json["draining"] = report.draining;
  nlohmann::ordered_json dependencies = nlohmann::ordered_json::object();
  for (const DependencyState& state : report.dependencies) {
    nlohmann::ordered_json one;
    one["ok"] = state.status.ok();
    if (!state.status.ok()) one["reason"] = std::string(state.status.message());
    one["age_s"] = static_cast<double>(absl::ToInt64Milliseconds(state.age)) / 1000;
    dependencies[state.name] = one;
  }
  json["dependencies"] = dependencies;
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::vector<MetricSamples> ReadinessSamples(const ReadinessReport& report) {
  MetricSamples ready{"lif_ready",
                      "1 when the program can do its work, as /readyz says",
                      MetricKind::kGauge,
                      {{{}, report.ready ? 1.0 : 0.0}}};
  MetricSamples up{
      "lif_dependency_up", "1 when what the program depends on answers", MetricKind::kGauge, {}};
  for (const DependencyState& state : report.dependencies) {
    up.samples.push_back({{{"dependency", state.name}}, state.status.ok() ? 1.0 : 0.0});
  }
  return {std::move(ready), std::move(up)};
}

}  // namespace lif
