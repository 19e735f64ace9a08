#include "tests/unit/executor/executor_rig.h"

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/file_util.h"
#include "common/base/ids.h"
#include "executor/image_names.h"

namespace lif {
namespace {

const Platform kPlatform{"linux", "amd64"};

ExecutorIdentity Identity() {
  ExecutorIdentity identity;
  identity.id = "executor-1";
  identity.pool = "amd64";
  identity.platform = "linux/amd64";
  identity.registry = "registry.example/lif";
  return identity;
}

}  // namespace

ExecutorRig::ExecutorRig(const Catalog& of) {
  REQUIRE(blobs.Put(kEngineCatalogFile).ok());
  catalog = std::make_unique<MemoryCatalogReader>(of);
  auto opened = StateDirectory::Open(directory.path() + "/state");
  REQUIRE(opened.ok());
  state = *std::move(opened);
  keeper = std::make_unique<LeaseKeeper>(queue, clock, NullLogger(),
                                         LeaseKeeper::Options{.lease = kLease,
                                                              .describe =
                                                                  [] {
                                                                    ExecutorInfo info;
                                                                    info.id = "executor-1";
                                                                    info.pool = "amd64";
                                                                    info.platform = "linux/amd64";
                                                                    info.slots = 1;
                                                                    return info;
                                                                  },
                                                              .drain_changed = nullptr,
                                                              .replaced = nullptr});
  StageLimits limits;
  limits.min_free_disk = 0;
  services = std::make_unique<Services>(
      Services{clock, queue, *keeper, build_log, *catalog, records, records, records, blobs,
               builder, registry, tester, &sbom, *state, NullLogger(), Identity(), limits});
  runner = std::make_unique<JobRunner>(*services);
  keeper->Start();
}

ExecutorRig::~ExecutorRig() {
  keeper->Stop();
}

JobSpec ExecutorRig::Spec(const std::string& manifest_id, int64_t generation) {
  const auto manifest = catalog->GetManifest(manifest_id);
  INFO(manifest.status().ToString());
  REQUIRE(manifest.ok());
  const auto identity = ComputeIdentity(*manifest, kPlatform, Recipe());
  REQUIRE(identity.ok());
  JobSpec spec;
  spec.key = identity->build_key;
  spec.generation = generation;
  spec.job_id = absl::StrCat(spec.key, ".", generation);
  spec.build_id = NewUlid(clock.Now());
  spec.manifest_id = manifest_id;
  spec.platform = "linux/amd64";
  spec.pool = "amd64";
  return spec;
}

void ExecutorRig::SubmitSpec(const JobSpec& spec) {
  SubmitRequest request;
  request.request_id = NewUlid(clock.Now());
  request.jobs = {spec};
  const auto submitted = queue.Submit(request);
  INFO(submitted.status().ToString());
  REQUIRE(submitted.ok());
}

std::string ExecutorRig::Submit(const std::string& manifest_id, int64_t generation) {
  const JobSpec spec = Spec(manifest_id, generation);
  SubmitSpec(spec);
  return spec.build_id;
}

ClaimedJob ExecutorRig::Claim(const std::string& pool) {
  const auto claimed = queue.Claim({"executor-1", pool, NewUlid(clock.Now()), kLease});
  INFO(claimed.status().ToString());
  REQUIRE(claimed.ok());
  REQUIRE(claimed->has_value());
  return **claimed;
}

void ExecutorRig::RunNext(bool pump, const std::string& pool) {
  const ClaimedJob job = Claim(pool);
  const auto lease = keeper->Hold({job.spec.job_id, job.token});
  std::optional<TimePump> time;
  if (pump) time.emplace(clock);
  runner->Handle(job, *lease);
  keeper->Release(lease);
}

std::string ExecutorRig::ArtifactText(const Record& record, const std::string& name) {
  for (const Artifact& artifact : record.artifacts) {
    if (artifact.name != name) continue;
    const auto bytes = blobs.Get(artifact.sha256, 64 << 20);
    REQUIRE(bytes.ok());
    CHECK(artifact.size == static_cast<int64_t>(bytes->size()));
    return *bytes;
  }
  FAIL("no artifact " << name);
  return "";
}

std::string ExecutorRig::TagOf(const std::string& manifest_id) {
  const auto tags = registry.tags();
  const auto tag = tags.find(PublishedTag("registry.example/lif", manifest_id, kPlatform));
  return tag == tags.end() ? "" : tag->second;
}

Record ExecutorRig::MustGetRecord(const std::string& build_id) {
  const auto record = records.GetRecord(build_id);
  INFO(record.status().ToString());
  REQUIRE(record.ok());
  return *record;
}

JobView ExecutorRig::MustGetJob(const std::string& build_id) {
  const auto job = queue.GetJob(build_id);
  INFO(job.status().ToString());
  REQUIRE(job.ok());
  return *job;
}

}  // namespace lif
