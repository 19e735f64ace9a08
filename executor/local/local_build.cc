#include "executor/local/local_build.h"

#include <cstdio>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/file_util.h"
#include "common/base/host_name.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "common/plan/pool.h"
#include "common/process/posix_process_runner.h"
#include "executor/bound_process_runner.h"
#include "executor/buildx_image_builder.h"
#include "executor/docker_image_tester.h"
#include "executor/image_names.h"
#include "executor/job_runner.h"
#include "executor/local/engine_image_registry.h"
#include "executor/local/engine_image_tester.h"
#include "executor/local/local_blob_store.h"
#include "executor/local/local_catalog.h"
#include "executor/local/local_record_store.h"
#include "executor/local/local_scanner.h"
#include "executor/local/local_work_queue.h"

namespace lif {
namespace {

constexpr char kLocal[] = "local";
// In place of a registry in images' names: no host is called so, and a mistaken push goes nowhere.
constexpr char kNoRegistry[] = "lif.local";
constexpr char kLocalLabel[] = "io.lif.local";
constexpr size_t kKeptBuilds = 10;
constexpr absl::Duration kHousekeeping = absl::Seconds(30);

ExecutorIdentity IdentityOf(const LocalOptions& options) {
  ExecutorIdentity identity;
  identity.id = kLocal;
  identity.platform = options.platform;
  identity.capabilities = options.capabilities;
  identity.registry = kNoRegistry;
  identity.secret_dir = options.secret_dir;
  identity.registry_cache = false;
  identity.image_labels = {{kLocalLabel, "true"}};
  identity.recipe = options.recipe();
  return identity;
}

StageLimits LimitsOf(const LocalOptions& options) {
  StageLimits limits;
  limits.build = options.build_timeout;
  limits.min_free_disk = static_cast<uint64_t>(options.min_free_disk_mib) << 20;
  return limits;
}

// Containers of this state directory, on whatever engine: a predecessor's that was killed.
DockerTestOptions TesterOptionsOf(const LocalOptions& options) {
  std::error_code ignored;
  const std::string state = std::filesystem::absolute(options.state_dir, ignored).string();
  DockerTestOptions tester;
  tester.docker_host = options.docker_host;
  tester.executor_id = kLocal;
  tester.owner =
      absl::StrCat("local.", Sha256Hex(absl::StrCat(HostName(), "\n", state)).substr(0, 12));
  tester.memory = options.test_memory;
  return tester;
}

absl::StatusOr<std::unique_ptr<StateDirectory>> OpenState(const std::string& directory) {
  LIF_RETURN_IF_ERROR(MakeDirectories(directory));
  // Nothing of it belongs into the version control of a catalog.
  LIF_RETURN_IF_ERROR(WriteFileAtomically(directory + "/.gitignore", "*\n"));
  auto state = StateDirectory::Open(directory + "/work");
  if (state.ok()) return state;
  if (!absl::IsFailedPrecondition(state.status())) return state.status();
  return absl::FailedPreconditionError(
      absl::StrCat("another local build uses ", directory,
                   ", or its owner is another user; wait for it, or give this one a directory of "
                   "its own with --state-dir"));
}

absl::StatusOr<ClaimedJob> JobFor(const LocalOptions& options, CatalogReader& catalog,
                                  Clock& clock) {
  LIF_ASSIGN_OR_RETURN(const Platform platform, ParsePlatform(options.platform));
  LIF_ASSIGN_OR_RETURN(const ResolvedManifest manifest, catalog.GetManifest(options.manifest_id));
  LIF_ASSIGN_OR_RETURN(const BuildIdentity identity,
                       ComputeIdentity(manifest, platform, options.recipe()));
  ClaimedJob job;
  job.spec.key = identity.build_key;
  job.spec.generation = 1;
  job.spec.job_id = absl::StrCat(identity.build_key, ".1");
  job.spec.build_id = NewUlid(clock.Now());
  job.spec.manifest_id = options.manifest_id;
  job.spec.platform = options.platform;
  job.spec.pool = PoolFor(platform, identity.requires_);
  job.spec.max_attempts = 1;
  job.token = 1;
  job.attempt = 1;
  job.tenant = kLocal;
  job.submitted = clock.Now();
  return job;
}

Logger Quiet() {
  LogOptions options;
  options.level = LogLevel::kWarn;  // what a person should know; progress goes to the events
  return Logger(options);
}

// Members are in the order of their dependencies, so that each ends before what it uses.
class LocalBuild {
 public:
  LocalBuild(const LocalOptions& options, LocalCatalog catalog,
             std::unique_ptr<StateDirectory> state, SbomGenerator* sbom, const ClaimedJob& job,
             EventStream& events)
      : job_(job),
        events_(events),
        catalog_(std::move(catalog)),
        state_(std::move(state)),
        blobs_(catalog_.files, BlobDirectory()),
        records_(options.state_dir, blobs_),
        queue_(job, events),
        builder_(runner_, {"docker", options.docker_host, options.builder}),
        registry_(runner_, options.docker_host),
        tester_(runner_, TesterOptionsOf(options)),
        engine_tester_(tester_),
        keeper_(queue_, clock_, Quiet(), {.describe = [] { return ExecutorInfo{}; }}),
        services_{clock_,
                  queue_,
                  keeper_,
                  log_,
                  *catalog_.reader,
                  records_,
                  records_,
                  records_,
                  blobs_,
                  builder_,
                  registry_,
                  engine_tester_,
                  sbom,
                  *state_,
                  Quiet(),
                  IdentityOf(options),
                  LimitsOf(options)},
        runner_of_jobs_(services_) {}

  absl::Status Run(std::stop_token stop) {
    LIF_RETURN_IF_ERROR(CleanUp());
    LIF_RETURN_IF_ERROR(MakeDirectories(BlobDirectory()));
    events_.Submitted(job_.spec);
    keeper_.Start();
    const auto lease = keeper_.Hold({job_.spec.job_id, job_.token});
    {
      const std::stop_callback cancel(stop, [&lease] { lease->Stop(StopReason::kCancelled); });
      runner_of_jobs_.Handle(job_, *lease);
    }
    keeper_.Release(lease);
    keeper_.Stop();
    LIF_RETURN_IF_ERROR(RemoveTree(BlobDirectory()));
    return Tell();
  }

 private:
  std::string BlobDirectory() const { return state_->path() + "/blobs"; }

  // What a predecessor that was killed left, and builds beyond those that are kept.
  absl::Status CleanUp() {
    LIF_RETURN_IF_ERROR(state_->RemoveLeftovers().status());
    LIF_RETURN_IF_ERROR(RemoveTree(BlobDirectory()));
    const absl::Status engine = tester_.RemoveLeftovers().status();
    if (!engine.ok()) {
      return absl::Status(engine.code(),
                          absl::StrCat("Docker does not answer: ", engine.message(),
                                       "\nstart it, or name another engine with DOCKER_HOST"));
    }
    LIF_ASSIGN_OR_RETURN(const std::vector<std::string> old, records_.Prune(kKeptBuilds - 1));
    std::vector<std::string> images;
    for (const std::string& build : old) images.push_back(BuildTag(kNoRegistry, build));
    registry_.Remove(images, kHousekeeping);
    return absl::OkStatus();
  }

  absl::Status Tell() {
    const std::string buried = queue_.buried();
    if (!buried.empty()) return absl::FailedPreconditionError(buried);
    const std::optional<Record> record = records_.committed();
    if (!record.has_value()) {
      return absl::InternalError("the results could not be written; standard error has the reason");
    }
    events_.Ended(*record, records_.DirectoryOf(record->build_id));
    return absl::OkStatus();
  }

  const ClaimedJob job_;
  EventStream& events_;
  SystemClock clock_;
  LocalCatalog catalog_;
  std::unique_ptr<StateDirectory> state_;
  PosixProcessRunner processes_;
  BoundProcessRunner runner_{processes_};
  LocalBlobStore blobs_;
  LocalRecordStore records_;
  LocalWorkQueue queue_;
  UnreadBuildLog log_;
  BuildxImageBuilder builder_;
  EngineImageRegistry registry_;
  DockerImageTester tester_;
  EngineImageTester engine_tester_;
  LeaseKeeper keeper_;
  Services services_;
  JobRunner runner_of_jobs_;
};

absl::Status Build(const LocalOptions& options, EventStream& events, std::stop_token stop) {
  SystemClock clock;
  LIF_ASSIGN_OR_RETURN(LocalCatalog catalog, OpenLocalCatalog(options.catalog, options.base_from));
  LIF_ASSIGN_OR_RETURN(const ClaimedJob job, JobFor(options, *catalog.reader, clock));
  LIF_ASSIGN_OR_RETURN(auto state, OpenState(options.state_dir));
  PosixProcessRunner processes;
  BoundProcessRunner runner(processes);
  LIF_ASSIGN_OR_RETURN(const LocalScanner scanner,
                       OpenLocalScanner(runner, options, state->path() + "/sbom-check", stop));
  // Standard error is what `lif` shows a person beside the results.
  if (!scanner.remark.empty()) std::fprintf(stderr, "%s\n", scanner.remark.c_str());
  LocalBuild build(options, std::move(catalog), std::move(state), scanner.generator.get(), job,
                   events);
  return build.Run(stop);
}

}  // namespace

void RunLocalBuild(const LocalOptions& options, EventStream& events, std::stop_token stop) {
  const absl::Status status = Build(options, events, stop);
  if (!status.ok()) events.Failed(status);
}

}  // namespace lif
