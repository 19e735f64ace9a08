#include "executor/executor_metrics.h"

namespace lif {
namespace {

std::string Text(std::string_view name) {
  return std::string(name);
}

MetricSamples Gauge(std::string name, std::string help, double value) {
  return {std::move(name), std::move(help), MetricKind::kGauge, {{{}, value}}};
}

}  // namespace

ExecutorMetrics::ExecutorMetrics(MetricRegistry* registry)
    : claimed_(registry->Counters("lif_jobs_claimed_total", "Jobs that this executor claimed")),
      wait_(registry->Histograms("lif_job_wait_seconds",
                                 "Time from the submit of a job to its first claim")),
      stage_(registry->Histograms(
          "lif_stage_duration_seconds",
          "Time of a pipeline stage: prepare, render, contexts, build, push, test and so on")),
      stage_failures_(registry->Counters("lif_stage_failures_total",
                                         "Stages that did not pass, by failure class")),
      retries_(registry->Counters("lif_retries_total",
                                  "Attempts that failed and are tried again, by failure class")),
      builds_(registry->Counters("lif_builds_total",
                                 "Images recorded by this executor, by outcome and failure class")),
      recorded_(registry->Counters(
          "lif_recorded_jobs_total",
          "Jobs recorded by this executor, by kind (layer, image, index) and outcome")),
      durations_(registry->Histograms("lif_build_duration_seconds",
                                      "Time from the last claim of a build to its record")),
      steps_(registry->Counters("lif_build_steps_total",
                                "Dockerfile steps of recorded builds: run, or cached by buildx")),
      layers_(registry->Counters("lif_layers_total",
                                 "Layers of recorded images, by slot and use: built, reused, "
                                 "joined")),
      tests_(registry->Counters("lif_tests_total", "Tests of recorded builds, by result")),
      leases_lost_(registry->Counters("lif_leases_lost_total",
                                      "Jobs that this executor had to give up to another")),
      buried_(registry->Counters("lif_buried_jobs_total",
                                 "Jobs that this executor made dead letters, since they contradict "
                                 "the catalog")),
      exports_lost_(registry->Counters("lif_cache_exports_lost_total",
                                       "Build caches that did not reach the registry")),
      layers_lost_(registry->Counters("lif_layers_lost_total",
                                      "Layers that the ledger names and the registry has lost")),
      violations_(registry->Counters(
          "lif_layer_violations_total",
          "Layers that were executed more than once in their generation; must stay 0")),
      saved_layers_(registry->Counters("lif_saved_layers_total",
                                       "Layers of recorded images that were not built for them")),
      saved_(registry->Counters("lif_saved_seconds_total",
                                "Time that the ledger has for these layers")),
      bytes_(registry->Counters("lif_build_bytes_total",
                                "Compressed bytes that recorded builds moved: pushed, pulled, "
                                "unpacked")),
      upkeep_(registry) {
  leases_lost_.Add({}, 0);
  buried_.Add({}, 0);
  exports_lost_.Add({}, 0);
  layers_lost_.Add({}, 0);
  violations_.Add({}, 0);
  saved_layers_.Add({}, 0);
  saved_.Add({}, 0);
  for (const char* what : {"pushed", "pulled", "unpacked"}) bytes_.Add({{"direction", what}}, 0);
  for (const char* result : {"run", "cached"}) steps_.Add({{"result", result}}, 0);
  for (const char* result : {"passed", "failed"}) tests_.Add({{"result", result}}, 0);
}

void ExecutorMetrics::Claimed(const ClaimedJob& job, absl::Duration waited) {
  claimed_.Add({{"pool", job.spec.pool}});
  // A job that comes back has waited for other reasons than the queue's length.
  if (job.attempt > 1 || job.crash_count > 0) return;
  wait_.Observe({{"pool", job.spec.pool}}, absl::ToDoubleSeconds(waited));
}

void ExecutorMetrics::StageEnded(const StageEnd& end) {
  stage_.Observe({{"stage", end.stage}}, absl::ToDoubleSeconds(end.duration));
  if (end.failure == FailureClass::kNone) return;
  stage_failures_.Add({{"stage", end.stage}, {"class", Text(FailureClassName(end.failure))}});
}

void ExecutorMetrics::AttemptFailed(FailureClass failure, bool will_retry) {
  if (will_retry) retries_.Add({{"class", Text(FailureClassName(failure))}});
}

void ExecutorMetrics::Recorded(const Record& record) {
  recorded_.Add(
      {{"kind", Text(JobKindName(record.kind))}, {"outcome", Text(OutcomeName(record.outcome))}});
  steps_.Add({{"result", "run"}}, record.steps_run);
  steps_.Add({{"result", "cached"}}, record.steps_cached);
  bytes_.Add({{"direction", "pushed"}}, static_cast<double>(record.bytes_pushed));
  bytes_.Add({{"direction", "pulled"}}, static_cast<double>(record.bytes_pulled));
  bytes_.Add({{"direction", "unpacked"}}, static_cast<double>(record.bytes_unpacked));
  if (record.kind == JobKind::kImage) RecordedImage(record);
}

void ExecutorMetrics::RecordedImage(const Record& record) {
  builds_.Add({{"outcome", Text(OutcomeName(record.outcome))},
               {"class", Text(FailureClassName(record.failure.failure))},
               {"platform", record.platform}});
  durations_.Observe({{"outcome", Text(OutcomeName(record.outcome))}},
                     absl::ToDoubleSeconds(record.finished - record.started));
  saved_layers_.Add({}, record.saved_layers);
  saved_.Add({}, absl::ToDoubleSeconds(record.saved));
  for (const RecordLayer& layer : record.layers) {
    if (layer.position == 0) continue;  // the base is nobody's work
    layers_.Add({{"slot", layer.slot}, {"use", Text(LayerUseName(layer.use))}});
  }
  for (const TestResult& test : record.tests) {
    tests_.Add({{"result", test.passed ? "passed" : "failed"}});
  }
}

void ExecutorMetrics::LeaseLost() {
  leases_lost_.Add({});
}

void ExecutorMetrics::Buried() {
  buried_.Add({});
}

void ExecutorMetrics::CacheExportLost() {
  exports_lost_.Add({});
}

void ExecutorMetrics::LayerLost() {
  layers_lost_.Add({});
}

void ExecutorMetrics::LayerViolated() {
  violations_.Add({});
}

std::vector<MetricSamples> ExecutorSamples(const ExecutorState& state) {
  return {Gauge("lif_executor_slots", "Builds that this executor may run at a time", state.slots),
          Gauge("lif_executor_slots_busy", "Slots that hold a job", state.busy),
          Gauge("lif_executor_draining", "1 while it claims nothing new", state.draining ? 1 : 0),
          Gauge("lif_executor_since_heartbeat_seconds",
                "Time since the queue last answered a heartbeat",
                absl::ToDoubleSeconds(state.since_heartbeat)),
          Gauge("lif_executor_spool_entries",
                "Finished builds that wait on this executor's disk for stores that are away",
                state.spool.entries),
          Gauge("lif_executor_spool_bytes", "Size of these on disk",
                static_cast<double>(state.spool.bytes))};
}

}  // namespace lif
