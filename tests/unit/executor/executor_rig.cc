#include "tests/unit/executor/executor_rig.h"

#include <stdlib.h>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/file_util.h"
#include "common/base/ids.h"
#include "executor/image_names.h"

namespace lif {
namespace {

const Platform kPlatform{"linux", "amd64"};
constexpr std::string_view kMotd = "welcome\n";

Module MakeModule(const std::string& name, Slot slot, const std::string& fragment) {
  Module module;
  module.name = name;
  module.version = "1.0.0";
  module.slot = slot;
  module.summary = name;
  module.platforms = {kPlatform};
  module.fragment = fragment;
  return module;
}

ImageTest MakeTest(const std::string& name, std::vector<std::string> run) {
  ImageTest test;
  test.name = name;
  test.run = std::move(run);
  return test;
}

void AddManifest(Catalog* catalog, const Module& app) {
  catalog->modules[app.Ref()] = app;
  Manifest manifest;
  manifest.id = app.name;
  manifest.summary = app.name;
  manifest.template_name = "service";
  manifest.template_version = "1.0.0";
  manifest.base = "debian";
  manifest.platforms = {kPlatform};
  manifest.modules[Slot::kCore] = {{"motd", "1.0.0", {}}};
  manifest.modules[Slot::kApp] = {{app.name, app.version, {}}};
  catalog->manifests[manifest.id] = manifest;
}

ExecutorIdentity Identity() {
  ExecutorIdentity identity;
  identity.id = "executor-1";
  identity.pool = "amd64";
  identity.platform = "linux/amd64";
  identity.registry = "registry.example/lif";
  return identity;
}

}  // namespace

Catalog RigCatalog(const std::string& file_sha256) {
  Catalog catalog;
  catalog.name = "rig";
  Base base;
  base.name = "debian";
  base.epoch = 1700000000;
  base.platforms[kPlatform] = {"registry.example/debian", "sha256:" + std::string(64, 'b')};
  catalog.bases["debian"] = base;
  Template service;
  service.name = "service";
  service.version = "1.0.0";
  service.slots = {{Slot::kCore, true, true}, {Slot::kApp, true, false}};
  service.config.user = "1000:1000";
  service.tests = {MakeTest("template-test", {"echo", "template"})};
  catalog.templates[service.Ref()] = service;

  Module motd = MakeModule("motd", Slot::kCore, "COPY --from=module etc/motd /etc/motd\n");
  motd.files = {{"etc/motd", file_sha256, kMotd.size(), false}};
  motd.tests = {MakeTest("motd-test", {"echo", "motd"})};
  catalog.modules[motd.Ref()] = motd;

  Module good = MakeModule("good", Slot::kApp, "RUN echo hello from good\n");
  good.tests = {MakeTest("says-yes", {"echo", "yes"})};
  good.tests[0].expect_stdout = "yes";
  AddManifest(&catalog, good);
  AddManifest(&catalog,
              MakeModule("run-fails", Slot::kApp, "# a comment\nRUN echo it broke && exit 42\n"));
  Module test_fails = MakeModule("test-fails", Slot::kApp, "RUN echo fine\n");
  test_fails.tests = {MakeTest("passes", {"echo", "ok"}), MakeTest("finds-fault", {"exit", "7"}),
                      MakeTest("never-runs", {"echo", "ok"})};
  AddManifest(&catalog, test_fails);
  AddManifest(&catalog, MakeModule("slow", Slot::kApp, "RUN echo begins && sleep 400\n"));
  return catalog;
}

TempDirectory::TempDirectory() {
  char name[] = "/tmp/lif-test-XXXXXX";
  REQUIRE(mkdtemp(name) != nullptr);
  path_ = name;
}

TempDirectory::~TempDirectory() {
  (void)RemoveTree(path_);
}

ExecutorRig::ExecutorRig() {
  const auto motd = blobs.Put(kMotd);
  REQUIRE(motd.ok());
  catalog = std::make_unique<MemoryCatalogReader>(RigCatalog(*motd));
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
                                                              .drain_changed = nullptr});
  StageLimits limits;
  limits.min_free_disk = 0;
  services = std::make_unique<Services>(
      Services{clock, queue, *keeper, build_log, *catalog, records, records, records, blobs,
               builder, registry, tester, *state, NullLogger(), Identity(), limits});
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

ClaimedJob ExecutorRig::Claim() {
  const auto claimed = queue.Claim({"executor-1", "amd64", NewUlid(clock.Now()), kLease});
  INFO(claimed.status().ToString());
  REQUIRE(claimed.ok());
  REQUIRE(claimed->has_value());
  return **claimed;
}

void ExecutorRig::RunNext(bool pump) {
  const ClaimedJob job = Claim();
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
