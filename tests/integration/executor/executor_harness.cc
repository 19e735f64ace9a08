#include "tests/integration/executor/executor_harness.h"

#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "common/base/file_util.h"
#include "common/base/ids.h"
#include "common/postgres_catalog/catalog_publisher.h"
#include "tests/fakes/engine_catalog.h"

namespace lif {
namespace {

constexpr absl::Duration kPatience = absl::Minutes(1);
const Platform kPlatform{"linux", "amd64"};

void Require(const absl::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

template <typename T>
T Require(absl::StatusOr<T> value) {
  Require(value.status());
  return *std::move(value);
}

RedisJobQueueOptions QueueOptions(const Fleet& fleet) {
  RedisJobQueueOptions options;
  options.redis = fleet.redis->options();
  options.redis.command_timeout = absl::Seconds(1);
  options.backoff_scale = 0.01;
  return options;
}

StageLimits Limits() {
  StageLimits limits;
  limits.min_free_disk = 0;
  return limits;
}

}  // namespace

Fleet::Fleet()
    : redis(Require(RedisServer::Start())),
      blobs(directory.path() + "/blobs"),
      readers(database.Pool("lif_controlplane")),
      queue(QueueOptions(*this), &clock) {
  Require(MakeDirectories(directory.path() + "/blobs"));
  const Catalog published = EngineCatalog();
  const std::string motd = directory.path() + "/motd";
  Require(WriteFileAtomically(motd, kEngineCatalogFile));
  const auto publishers = database.Pool("lif_publisher");
  CatalogPublisher publisher(*publishers, blobs);
  Require(publisher.Publish({published, [&motd](const Module&, const ModuleFile&) { return motd; }})
              .status());
}

std::string Fleet::Submit(const std::string& manifest_id, int64_t generation) {
  const ResolvedManifest manifest = Require(catalog.GetManifest(manifest_id));
  JobSpec spec;
  spec.key = Require(ComputeIdentity(manifest, kPlatform, Recipe())).build_key;
  spec.generation = generation;
  spec.job_id = absl::StrCat(spec.key, ".", generation);
  spec.build_id = NewUlid(clock.Now());
  spec.manifest_id = manifest_id;
  spec.platform = kPlatform.ToString();
  spec.pool = "amd64";
  SubmitRequest request;
  request.request_id = NewUlid(clock.Now());
  request.jobs = {spec};
  Require(queue.Submit(request));
  return spec.build_id;
}

JobView Fleet::GetJob(const std::string& build_id) {
  return Require(queue.GetJob(build_id));
}

void Fleet::AwaitState(const std::string& build_id, JobState state) {
  const absl::Duration until = clock.Steady() + kPatience;
  while (true) {
    const auto job = queue.GetJob(build_id);
    if (job.ok() && job->state == state) return;
    if (clock.Steady() > until) {
      throw std::runtime_error(
          absl::StrCat(build_id, " is not ", std::string(JobStateName(state)), " but ",
                       job.ok() ? std::string(JobStateName(job->state)) + ", " + job->last_error
                                : job.status().ToString()));
    }
    clock.Sleep(absl::Milliseconds(20), {});
  }
}

void Fleet::AwaitDone(const std::string& build_id) {
  AwaitState(build_id, JobState::kDone);
}

Record Fleet::GetRecord(const std::string& build_id) {
  return Require(records.GetRecord(build_id));
}

int64_t Fleet::CountRecords() {
  return Require(readers->Query("count", "SELECT count(*) FROM records")).Int(0, 0);
}

int64_t Fleet::CountLayers() {
  return Require(readers->Query("count", "SELECT count(*) FROM layers")).Int(0, 0);
}

RunningExecutor::RunningExecutor(Fleet& fleet, const std::string& id, Layers layers)
    : builder(&fleet.clock),
      fleet_(fleet),
      state_(Require(StateDirectory::Open(fleet.directory.path() + "/" + id))),
      spool_(Require(Spool::Open(state_->path() + "/spool", {.min_free_disk = 0}))),
      pool_(fleet.database.Pool("lif_executor")),
      locks_(fleet.database.Pool("lif_executor")),
      queue_(QueueOptions(fleet), &fleet.clock),
      log_({QueueOptions(fleet).redis}, &fleet.clock),
      tester_(&fleet.clock),
      keeper_(queue_, fleet.clock, NullLogger(),
              {.lease = Fleet::kLease,
               .describe = [this, id] { return Describe(id); },
               .drain_changed = nullptr,
               .replaced = nullptr}),
      services_(MakeServices(id, layers)),
      results_(services_, *spool_, {.lease = Fleet::kLease}),
      jobs_(services_),
      loop_({.executor_id = id,
             .pool = "amd64",
             .slots = 2,
             .lease = Fleet::kLease,
             .poll = absl::Milliseconds(500),
             .drain_timeout = absl::Minutes(1),
             .paused = [this] { return results_.BlocksClaims(); },
             .tick = [this] { return queue_.Tick().status(); },
             .tick_period = absl::Milliseconds(200)},
            queue_, jobs_, keeper_, fleet.clock, NullLogger()),
      thread_([this] {
        keeper_.Start();
        results_.Start();
        loop_.Run(drain_.get_token(), hurry_.get_token());
      }) {}

RunningExecutor::~RunningExecutor() {
  HandBack();
}

Services RunningExecutor::MakeServices(const std::string& id, Layers layers) {
  ExecutorIdentity identity;
  identity.id = id;
  identity.pool = "amd64";
  identity.platform = kPlatform.ToString();
  identity.registry = "registry.example/lif";
  Services services{fleet_.clock, queue_,      keeper_,      log_,     catalog_,        records_,
                    writer_,      fleet_lock_, fleet_.blobs, builder,  fleet_.registry, tester_,
                    &sbom_,       *state_,     NullLogger(), identity, Limits()};
  if (layers == Layers::kNone) return services;
  services.ledger = &ledger_;
  services.ledger_writer = &ledger_writer_;
  services.jobs = &queue_;
  return services;
}

ExecutorInfo RunningExecutor::Describe(const std::string& id) const {
  ExecutorInfo info;
  info.id = id;
  info.pool = "amd64";
  info.platform = kPlatform.ToString();
  info.slots = 2;
  info.busy = loop_.busy();
  return info;
}

void RunningExecutor::Drain() {
  drain_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void RunningExecutor::HandBack() {
  hurry_.request_stop();
  Drain();
}

}  // namespace lif
