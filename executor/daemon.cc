#include "executor/daemon.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "common/blobs/file_blob_store.h"
#include "common/blobs/observed_blob_store.h"
#include "common/config/version.h"
#include "common/metrics/process_metrics.h"
#include "common/metrics/store_errors.h"
#include "common/ops/ops_server.h"
#include "common/ops/service_notifier.h"
#include "common/postgres/postgres_pool.h"
#include "common/postgres_catalog/postgres_catalog_reader.h"
#include "common/process/posix_process_runner.h"
#include "common/queue/redis_build_log.h"
#include "common/queue/redis_job_queue.h"
#include "common/records/postgres_fleet_lock.h"
#include "common/records/postgres_layer_ledger.h"
#include "common/records/postgres_record_reader.h"
#include "common/records/postgres_record_writer.h"
#include "executor/bound_process_runner.h"
#include "executor/dependencies.h"
#include "executor/engine_gate.h"
#include "executor/executor_loop.h"
#include "executor/executor_metrics.h"
#include "executor/job_runner.h"
#include "executor/lease_keeper.h"
#include "executor/observed_image_registry.h"
#include "executor/options.h"
#include "executor/spool_settler.h"
#include "executor/start_prewarm.h"

namespace lif {
namespace {

constexpr int kExitError = 1;
constexpr int kExitUsage = 2;
constexpr absl::Duration kLongestTurn = absl::Minutes(2);
// For results in the spool at the end of a drain; then the next start settles them.
constexpr absl::Duration kLastSettling = absl::Seconds(30);

// Members are in the order of their dependencies, so that each ends before what it uses.
class Executor {
 public:
  Executor(const ExecutorConfig& config, const RedisOptions& redis,
           std::unique_ptr<StateDirectory> state, std::unique_ptr<Spool> spool,
           const Logger& logger, const EngineMaker& make_engine)
      : config_(config),
        logger_(logger),
        started_(clock_.Now()),
        errors_(&metrics_),
        counts_(&metrics_),
        redis_(Counted(redis, errors_.Counter("redis"))),
        state_(std::move(state)),
        spool_(std::move(spool)),
        postgres_(PostgresOptionsOf(config, errors_.Counter("postgres"))),
        locks_(PostgresOptionsOf(config, errors_.Counter("postgres"))),
        catalog_(postgres_),
        records_(postgres_),
        record_writer_(postgres_),
        fleet_lock_(locks_),
        ledger_(postgres_),
        ledger_writer_(postgres_),
        blob_files_(config.common.blob_dir),
        blobs_(blob_files_, errors_.Counter("blobs")),
        queue_(QueueOptionsOf(config, redis_), &clock_),
        log_({redis_, config.common.factory, config.slots}, &clock_),
        engine_(make_engine(config_, runner_, logger)),
        builder_(
            engine_->builder(), [this] { return engine_->Probe(); }, logger),
        registry_(engine_->registry(), errors_.Counter("registry")),
        keeper_(queue_, clock_, logger,
                {.lease = config.lease,
                 .describe = [this] { return Describe(); },
                 .drain_changed = [this](bool drain) { SetPaused(drain); },
                 .replaced = [this] { EndReplaced(); }}),
        services_{clock_,           queue_,   keeper_,        log_,
                  catalog_,         records_, record_writer_, fleet_lock_,
                  blobs_,           builder_, registry_,      engine_->tester(),
                  engine_->sbom(),  *state_,  logger,         IdentityOf(config),
                  LimitsOf(config), &counts_, nullptr,        &ledger_,
                  &ledger_writer_,  &queue_},
        results_(services_, *spool_, {.lease = config.lease}),
        jobs_(services_),
        loop_(LoopOptionsOf(
                  config, [this] { return paused_ || results_.BlocksClaims() || !builder_.Open(); },
                  [this] { return Tick(); }),
              queue_, jobs_, keeper_, clock_, logger),
        redis_probe_(redis_, &clock_),
        readiness_(ExecutorDependencies({postgres_, redis_probe_, queue_, blobs_, *engine_}),
                   clock_) {
    AddProcessMetrics(&metrics_,
                      {"lif-executor", std::string(LifVersion()), std::string(LifCommit())});
    metrics_.AddSource([this] { return ExecutorSamples(State()); });
    metrics_.AddSource([this] { return ReadinessSamples(readiness_.Check()); });
  }

  // Whether what it needs on this machine works; the error says what to do.
  absl::Status Check() { return engine_->Check(); }

  // Blocks until drained.
  void Run(std::stop_token drain, std::stop_token hurry) {
    const std::stop_callback tell(drain, [this] {
      draining_ = true;
      readiness_.EndSoon();
    });
    CleanUp();
    std::jthread prewarming = Prewarming();
    const std::stop_callback end_prewarming(drain, [&] { prewarming.request_stop(); });
    keeper_.Start();
    results_.Start();
    loop_.Run(drain, hurry);
    results_.AwaitSettled(std::min(config_.drain_timeout, kLastSettling), hurry);
    results_.Stop();
    keeper_.Stop();
    if (replaced_) return;  // what is registered is the other's
    const absl::Status gone = queue_.Unregister(config_.executor_id);
    if (!gone.ok()) logger_.Warn("not unregistered", {{"error", gone}});
  }

  HttpRoutes Routes() { return OpsRoutes("lif-executor", metrics_, readiness_); }
  Clock& clock() { return clock_; }
  // Another executor of our ID, started later, has made this one end.
  bool replaced() const { return replaced_; }
  // Heartbeats go round: each turn ends by itself, whatever is away.
  bool IsAlive() const { return keeper_.SinceTurn() < kLongestTurn; }

 private:
  // Called at each heartbeat that is refused: the second one hands running builds back.
  void EndReplaced() {
    replaced_ = true;
    kill(getpid(), SIGTERM);
  }

  // What a predecessor that was killed left behind.
  void CleanUp() {
    const absl::StatusOr<int> jobs = state_->RemoveLeftovers();
    const absl::StatusOr<int> containers = engine_->tester().RemoveLeftovers();
    if (!jobs.ok()) logger_.Warn("leftovers not removed", {{"error", jobs.status()}});
    if (!containers.ok()) logger_.Warn("leftovers not removed", {{"error", containers.status()}});
    if (jobs.value_or(0) + containers.value_or(0) > 0) {
      logger_.Info("leftovers removed",
                   {{"jobs", jobs.value_or(0)}, {"containers", containers.value_or(0)}});
    }
  }

  // Fetches, beside the builds, what the first of them may stand on.
  std::jthread Prewarming() {
    return std::jthread([this](std::stop_token stop) {
      StartPrewarm({catalog_, ledger_, runner_, clock_, logger_}, PrewarmOptionsOf(config_))
          .Run(stop);
    });
  }

  ExecutorInfo Describe() const {
    ExecutorInfo info = DescriptionOf(config_);
    info.busy = loop_.busy();
    info.draining = draining_ || paused_;
    info.started = started_;
    return info;
  }

  ExecutorState State() const {
    return {config_.slots, loop_.busy(), draining_ || paused_, keeper_.SinceAnswer(),
            spool_->depth()};
  }

  absl::Status Tick() {
    const absl::StatusOr<TickResult> result = queue_.Tick();
    if (result.ok()) counts_.Ticked(*result);
    return result.status();
  }

  void SetPaused(bool paused) {
    readiness_.SetPaused(paused);
    if (paused_.exchange(paused) == paused) return;
    logger_.Info(paused ? "drained by an operator: claiming nothing" : "claiming again");
  }

  const ExecutorConfig config_;
  const Logger logger_;
  SystemClock clock_;
  const absl::Time started_;
  std::atomic<bool> draining_ = false;
  std::atomic<bool> paused_ = false;
  std::atomic<bool> replaced_ = false;
  MetricRegistry metrics_;
  StoreErrors errors_;
  ExecutorMetrics counts_;
  const RedisOptions redis_;
  std::unique_ptr<StateDirectory> state_;
  std::unique_ptr<Spool> spool_;
  PosixProcessRunner processes_;
  BoundProcessRunner runner_{processes_};
  PostgresPool postgres_;
  PostgresPool locks_;  // held while `postgres_` is asked: never the same pool
  PostgresCatalogReader catalog_;
  PostgresRecordReader records_;
  PostgresRecordWriter record_writer_;
  PostgresFleetLock fleet_lock_;
  PostgresLayerLedgerReader ledger_;
  PostgresLayerLedgerWriter ledger_writer_;
  FileBlobStore blob_files_;
  ObservedBlobStore blobs_;
  RedisJobQueue queue_;
  RedisBuildLog log_;
  std::unique_ptr<Engine> engine_;
  EngineGate builder_;
  ObservedImageRegistry registry_;
  LeaseKeeper keeper_;
  Services services_;
  SpoolSettler results_;
  JobRunner jobs_;
  ExecutorLoop loop_;
  RedisProbe redis_probe_;
  Readiness readiness_;
};

int Fail(const absl::Status& status, int exit_code) {
  std::fprintf(stderr, "lif-executor: %s\n", std::string(status.message()).c_str());
  return exit_code;
}

int Serve(ExecutorConfig config, const Logger& logger, const sigset_t& signals,
          const EngineMaker& make_engine) {
  const absl::StatusOr<RedisOptions> redis = ParseRedisUrl(config.common.redis_url);
  if (!redis.ok()) return Fail(redis.status(), kExitUsage);
  absl::StatusOr<Gpus> gpus = FindOfferedGpus(config);
  if (!gpus.ok()) return Fail(gpus.status(), kExitError);
  config.gpus = *std::move(gpus);
  absl::StatusOr<std::unique_ptr<StateDirectory>> state = StateDirectory::Open(config.state_dir);
  if (!state.ok()) return Fail(state.status(), kExitError);
  absl::StatusOr<std::unique_ptr<Spool>> spool = Spool::Open(config.state_dir + "/spool", {});
  if (!spool.ok()) return Fail(spool.status(), kExitError);
  Executor executor(config, *redis, *std::move(state), *std::move(spool), logger, make_engine);
  if (const absl::Status ready = executor.Check(); !ready.ok()) return Fail(ready, kExitUsage);
  const auto http = StartHttp(config.http, executor.Routes(), logger);
  if (!http.ok()) return Fail(http.status(), kExitError);
  logger.Info("serving", {{"executor_id", config.executor_id},
                          {"pool", config.pool},
                          {"platform", config.platform},
                          {"gpus", config.gpus.names.size()},
                          {"slots", config.slots},
                          {"factory", config.common.factory},
                          {"registry", config.registry}});
  std::stop_source drain;
  std::stop_source hurry;
  std::jthread waiting([&] {
    executor.Run(drain.get_token(), hurry.get_token());
    kill(getpid(), SIGTERM);  // wakes the wait below when it has ended by a drain
  });
  ServiceNotifier notifier(NotifyOptionsOf(std::getenv, getpid()), executor.clock(),
                           [&executor] { return executor.IsAlive(); });
  notifier.Ready();
  int signal = 0;
  sigwait(&signals, &signal);
  notifier.Stopping();
  drain.request_stop();
  sigwait(&signals, &signal);
  hurry.request_stop();
  waiting.join();
  logger.Info("stopped");
  // A mistake in the configuration, which a restart would only pass on to the other.
  return executor.replaced() ? kExitUsage : 0;
}

}  // namespace

int DaemonMain(const std::vector<std::string>& arguments, const sigset_t& signals,
               const EngineMaker& make_engine) {
  const auto line = ParseExecutorCommandLine(arguments, SystemEnvironment());
  if (!line.ok()) return Fail(line.status(), kExitUsage);
  if (line->text.has_value()) {
    std::fputs(line->text->c_str(), stdout);
    return 0;
  }
  const Logger logger(LogOptionsOf(line->config.common));
  for (const std::string& warning : line->warnings) {
    logger.Warn("configuration", {{"warning", warning}});
  }
  return Serve(line->config, logger, signals, make_engine);
}

}  // namespace lif
