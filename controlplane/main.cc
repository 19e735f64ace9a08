// lif-controlplane: reads its configuration, wires stores to services, and serves until a signal.
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <stop_token>
#include <string>
#include <vector>

#include "common/blobs/blob_probe.h"
#include "common/blobs/file_blob_store.h"
#include "common/blobs/observed_blob_store.h"
#include "common/config/version.h"
#include "common/metrics/process_metrics.h"
#include "common/metrics/store_errors.h"
#include "common/ops/daemon_process.h"
#include "common/ops/ops_server.h"
#include "common/ops/service_notifier.h"
#include "common/postgres/postgres_pool.h"
#include "common/postgres/schema_check.h"
#include "common/postgres_catalog/postgres_catalog_reader.h"
#include "common/queue/redis_build_log.h"
#include "common/queue/redis_job_queue.h"
#include "common/queue/redis_queue_admin.h"
#include "common/records/postgres_layer_ledger.h"
#include "common/records/postgres_package_reader.h"
#include "common/records/postgres_past_builds.h"
#include "common/records/postgres_record_reader.h"
#include "common/redis/redis_probe.h"
#include "controlplane/build_service.h"
#include "controlplane/catalog_service.h"
#include "controlplane/config.h"
#include "controlplane/control_plane_metrics.h"
#include "controlplane/fleet_service.h"
#include "controlplane/health.h"
#include "controlplane/layer_index_keeper.h"
#include "controlplane/queue_sample.h"
#include "controlplane/record_service.h"
#include "controlplane/server.h"
#include "controlplane/tenant_policies.h"
#include "controlplane/ticker.h"

namespace lif {
namespace {

constexpr int kExitError = 1;
constexpr int kExitUsage = 2;
constexpr int kAdminConnections = 2;
constexpr absl::Duration kLongestTurn = absl::Minutes(2);
constexpr absl::Duration kIndexPeriod = absl::Seconds(5);  // a publish is noticed by then

PostgresOptions PostgresOptionsOf(const ControlPlaneConfig& config, const StoreErrors& errors) {
  PostgresOptions options;
  options.dsn = config.common.postgres_dsn;
  options.application_name = "lif-controlplane";
  options.max_connections = config.postgres_connections;
  options.read_only = true;
  options.on_error = errors.Counter("postgres");
  return options;
}

RedisOptions Counted(RedisOptions redis, const StoreErrors& errors) {
  redis.on_error = errors.Counter("redis");
  return redis;
}

RedisJobQueueOptions QueueOptionsOf(const ControlPlaneConfig& config, const RedisOptions& redis) {
  RedisJobQueueOptions options;
  options.redis = redis;
  options.factory = config.common.factory;
  options.connections = config.redis_connections;
  options.wait_replicas = config.redis_wait_replicas;
  options.wait_timeout = config.redis_wait_timeout;
  return options;
}

Health::Options HealthOptionsOf(const ControlPlaneConfig& config) {
  Health::Options options;
  options.factory = config.common.factory;
  options.blob_dir = config.common.blob_dir;
  options.version = std::string(LifVersion());
  options.recipe = RecipeText(RecipeOf(config.common));
  return options;
}

// Everything between the sockets. Members are in the order of their dependencies, so that each ends
// before what it uses.
class ControlPlane {
 public:
  ControlPlane(const ControlPlaneConfig& config, const RedisOptions& redis,
               std::vector<NamedTenantPolicy> tenants, const Logger& logger)
      : errors_(&metrics_),
        counts_(&metrics_),
        redis_(Counted(redis, errors_)),
        postgres_(PostgresOptionsOf(config, errors_)),
        catalog_(postgres_),
        records_(postgres_),
        ledger_(postgres_),
        past_builds_(postgres_),
        packages_(postgres_),
        blob_files_(config.common.blob_dir),
        blobs_(blob_files_, errors_.Counter("blobs")),
        queue_(QueueOptionsOf(config, redis_), &clock_),
        admin_({redis_, config.common.factory, kAdminConnections}, &clock_),
        log_({redis_, config.common.factory, config.redis_connections}, &clock_),
        health_redis_({redis_, kAdminConnections}, &clock_),
        manifests_(catalog_, RecipeOf(config.common), uint64_t{1024} * 1024 * config.cache_mib,
                   clock_),
        layers_(catalog_, RecipeOf(config.common)),
        runner_({clock_, stop_.get_token(), logger,
                 [this](std::string_view rpc, const absl::Status& status, absl::Duration took) {
                   counts_.CallEnded(rpc, status, took);
                 }},
                {config.max_calls, config.max_streams}),
        summary_({catalog_, records_, past_builds_, queue_, admin_, blobs_, clock_}),
        submit_({manifests_, records_, queue_, layers_, ledger_, clock_}),
        dead_letters_({admin_, queue_, records_, submit_}),
        health_({postgres_, health_redis_, queue_, admin_, clock_}, HealthOptionsOf(config)),
        plan_({manifests_, records_, queue_, layers_, ledger_, past_builds_}),
        prewarm_({catalog_, records_, queue_, layers_, ledger_, past_builds_, clock_},
                 RecipeOf(config.common)),
        builds_({runner_, manifests_, records_, queue_, layers_, ledger_, admin_, log_, blobs_,
                 clock_, plan_, prewarm_,
                 [this](const SubmitBuildsOutput& output) { counts_.Submitted(output); }}),
        impact_({catalog_, ledger_, past_builds_}, RecipeOf(config.common)),
        catalog_service_({runner_, manifests_, catalog_, impact_}),
        diff_({manifests_, records_, packages_}),
        record_service_({runner_, records_, blobs_, diff_}),
        fleet_service_({runner_, summary_, queue_, admin_, dead_letters_,
                        [this] { return health_.Check(); }, clock_, config.common.factory}),
        tenants_(std::move(tenants), admin_, clock_, logger),
        ticker_(queue_, clock_, logger, config.tick,
                [this](const TickResult& result) {
                  counts_.Ticked(result);
                  tenants_.ApplyWhenDue();
                }),
        keeper_(layers_, clock_, logger, kIndexPeriod),
        redis_probe_(redis_, &clock_),
        depths_(redis_, config.common.factory, &clock_),
        sampler_(
            queue_, [this] { return depths_.Read(); }, clock_),
        readiness_(Dependencies(), clock_) {
    AddProcessMetrics(&metrics_,
                      {"lif-controlplane", std::string(LifVersion()), std::string(LifCommit())});
    metrics_.AddSource([this] { return sampler_.Samples(); });
    metrics_.AddSource([this] { return ReadinessSamples(readiness_.Check()); });
  }

  std::vector<grpc::Service*> services() {
    return {&builds_, &catalog_service_, &record_service_, &fleet_service_};
  }
  absl::Status CheckStores() { return CheckSchema(postgres_); }
  HttpRoutes Routes() { return OpsRoutes("lif-controlplane", metrics_, readiness_); }
  // The maintenance goes round: each turn ends by itself, whatever is away.
  bool IsAlive() { return ticker_.SinceTurn() < kLongestTurn; }
  // /readyz says so from now on.
  void EndSoon() { readiness_.EndSoon(); }
  Clock& clock() { return clock_; }
  // Streams end; their clients go on at another replica.
  void Stop() { stop_.request_stop(); }

 private:
  std::vector<Dependency> Dependencies() {
    return {{"postgres", [this] { return postgres_.Ping(); }},
            {"redis", [this] { return redis_probe_.Ping(); }},
            {"function-library", [this] { return queue_.ListPools().status(); }},
            {"blobs", [this] { return ProbeBlobs(blobs_); }}};
  }

  SystemClock clock_;
  MetricRegistry metrics_;
  StoreErrors errors_;
  ControlPlaneMetrics counts_;
  const RedisOptions redis_;
  PostgresPool postgres_;
  PostgresCatalogReader catalog_;
  PostgresRecordReader records_;
  PostgresLayerLedgerReader ledger_;
  PostgresPastBuilds past_builds_;
  PostgresPackageReader packages_;
  FileBlobStore blob_files_;
  ObservedBlobStore blobs_;
  RedisJobQueue queue_;
  RedisQueueAdmin admin_;
  RedisBuildLog log_;
  RedisClient health_redis_;
  ManifestCache manifests_;
  LayerIndex layers_;
  std::stop_source stop_;
  RpcRunner runner_;
  FleetSummaryReader summary_;
  SubmitBuilds submit_;
  DeadLetters dead_letters_;
  Health health_;
  PlanBuilds plan_;
  Prewarm prewarm_;
  BuildServiceAdapter builds_;
  Impact impact_;
  CatalogServiceAdapter catalog_service_;
  DiffBuilds diff_;
  RecordServiceAdapter record_service_;
  FleetServiceAdapter fleet_service_;
  TenantPolicies tenants_;
  Ticker ticker_;
  LayerIndexKeeper keeper_;
  RedisProbe redis_probe_;
  RedisQueueDepths depths_;
  QueueSampler sampler_;
  Readiness readiness_;
};

ServerOptions ServerOptionsOf(const ControlPlaneConfig& config) {
  constexpr int kSpareThreads = 32;  // so that the refusal of a call too many has a thread
  ServerOptions options;
  options.listen = config.listen;
  options.tls = {config.tls_cert, config.tls_key, config.tls_client_ca};
  options.max_threads = config.max_calls + config.max_streams + kSpareThreads;
  return options;
}

int Fail(const absl::Status& status, int exit_code) {
  std::fprintf(stderr, "lif-controlplane: %s\n", std::string(status.message()).c_str());
  return exit_code;
}

int Serve(const ControlPlaneConfig& config, const Logger& logger, const sigset_t& signals) {
  const absl::StatusOr<RedisOptions> redis = ParseRedisUrl(config.common.redis_url);
  if (!redis.ok()) return Fail(redis.status(), kExitUsage);
  absl::StatusOr<std::vector<NamedTenantPolicy>> tenants = ParseTenantPolicies(config.tenants);
  if (!tenants.ok()) return Fail(tenants.status(), kExitUsage);
  ControlPlane control_plane(config, *redis, *std::move(tenants), logger);
  const absl::Status stores = control_plane.CheckStores();
  if (absl::IsFailedPrecondition(stores)) return Fail(stores, kExitError);
  // What is away now is expected back: calls answer UNAVAILABLE until then.
  if (!stores.ok()) logger.Warn("a store is away", {{"error", stores}});
  const auto http = StartHttp(config.http, control_plane.Routes(), logger);
  if (!http.ok()) return Fail(http.status(), kExitError);
  absl::StatusOr<std::unique_ptr<GrpcServer>> server =
      GrpcServer::Start(ServerOptionsOf(config), control_plane.services());
  if (!server.ok()) return Fail(server.status(), kExitError);
  logger.Info("serving", {{"listen", config.listen},
                          {"port", (*server)->port()},
                          {"factory", config.common.factory},
                          {"tls", !config.tls_cert.empty()}});
  ServiceNotifier notifier(NotifyOptionsOf(std::getenv, getpid()), control_plane.clock(),
                           [&control_plane] { return control_plane.IsAlive(); });
  notifier.Ready();
  int signal = 0;
  sigwait(&signals, &signal);
  logger.Info("shutting down", {{"signal", signal}});
  notifier.Stopping();
  control_plane.EndSoon();
  // A second signal ends the process at once.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  control_plane.Stop();
  (*server)->Shutdown(config.drain);
  logger.Info("stopped");
  return 0;
}

int Main(const std::vector<std::string>& arguments) {
  const sigset_t signals = PrepareProcess();

  ControlPlaneConfig config;
  OptionParser parser({.name = "lif-controlplane",
                       .summary = "Serves a factory's API: submits, status, logs, records.",
                       .config_section = "controlplane"});
  AddControlPlaneOptions(&parser.root(), &config);
  const absl::StatusOr<ParsedArguments> parsed = parser.Parse(arguments, SystemEnvironment());
  if (!parsed.ok()) return Fail(parsed.status(), kExitUsage);
  if (parsed->text) {
    std::fputs(parsed->text->c_str(), stdout);
    return 0;
  }
  const absl::Status checked = CheckControlPlaneConfig(config);
  if (!checked.ok()) return Fail(checked, kExitUsage);
  const Logger logger(LogOptionsOf(config.common));
  for (const std::string& warning : parsed->warnings) {
    logger.Warn("configuration", {{"warning", warning}});
  }
  return Serve(config, logger, signals);
}

}  // namespace
}  // namespace lif

int main(int argc, char** argv) {
  return lif::Main(std::vector<std::string>(argv + 1, argv + argc));
}
