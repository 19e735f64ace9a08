// Layer jobs, and image jobs that stand on their digests.
#include "absl/strings/str_cat.h"
#include "common/base/ids.h"
#include "tests/unit/executor/layer_rig.h"

namespace lif {
namespace {

std::vector<std::string> UsesOf(const Record& record) {
  std::vector<std::string> uses;
  for (const RecordLayer& layer : record.layers) uses.emplace_back(LayerUseName(layer.use));
  return uses;
}

class CountingObserver final : public BuildObserver {
 public:
  void Claimed(const ClaimedJob&, absl::Duration) override {}
  void StageEnded(const StageEnd&) override {}
  void AttemptFailed(FailureClass, bool) override {}
  void Recorded(const Record&) override {}
  void LeaseLost() override {}
  void Buried() override {}
  void CacheExportLost() override {}
  void LayerLost() override { ++lost; }
  void LayerViolated() override { ++violated; }
  int lost = 0;
  int violated = 0;
};

TEST_CASE("A layer job builds its layer alone and enters it into the ledger", "[layers]") {
  LayerRig rig;
  rig.services->identity.image_labels = {{"of", "images"}};
  const JobSpec spec = rig.LayerSpec("web", 1);
  rig.SubmitSpec(spec);
  std::string target;
  bool labels = true;
  rig.builder.OnBuild([&](const ImageBuildRequest& request) {
    target = request.target;
    labels = !request.labels.empty();
  });
  rig.RunNext();
  CHECK(target == "security-ca");
  CHECK_FALSE(labels);
  CHECK(rig.LastBuildRan("ca"));
  CHECK_FALSE(rig.LastBuildRan("py"));

  const LedgerLayer row = rig.Row("web", 1);
  CHECK(row.generation == 1);
  CHECK(row.build_id == spec.build_id);
  CHECK(row.token > 0);
  CHECK(row.platform == "linux/amd64");
  CHECK(row.module_ref == "ca@1.0.0");
  CHECK(row.repository == "registry.example/lif/layers");
  CHECK(row.diff_ids.size() == 2);  // the base's and its own
  CHECK(row.duration >= absl::Seconds(3));
  CHECK(row.below_key.empty());
  CHECK(rig.registry.tags().at("registry.example/lif/layers:linux-amd64-" +
                               spec.key.substr(0, 32)) == row.digest);

  const Record record = rig.MustGetRecord(spec.build_id);
  INFO(record.failure.message);
  CHECK(record.kind == JobKind::kLayer);
  CHECK(record.outcome == Outcome::kCompatible);
  CHECK(record.build_key == spec.key);
  CHECK(record.image == ImageOf(row));
  CHECK(record.tests.empty());
  REQUIRE(record.layers.size() == 2);
  CHECK(record.layers[1].built_by == spec.build_id);
  CHECK(record.layers[1].digest == row.digest);
  CHECK(record.layers[1].steps_run == 1);
  CHECK(record.bytes_pushed > 0);
  CHECK(record.artifacts.size() == 3);  // no SBOM
  CHECK(rig.ArtifactText(record, "build.log").find("ca") != std::string::npos);
  CHECK(rig.MustGetJob(spec.build_id).outcome == "compatible");
  CHECK(rig.records.ListRecords({})->empty());  // no image
}

TEST_CASE("A layer job stands on the digest below, and no lower RUN is in it", "[layers]") {
  LayerRig rig;
  const LedgerLayer ca = rig.MakeLayer("web", 1);
  const LedgerLayer py = rig.MakeLayer("web", 2);
  CHECK(rig.builder.last_dockerfile().find("FROM " + ImageOf(ca) + " AS security-ca") !=
        std::string::npos);
  CHECK_FALSE(rig.LastBuildRan("ca"));
  CHECK(rig.LastBuildRan("py"));
  CHECK(py.below_key == ca.layer_key);
  CHECK(py.below_generation == 1);
  REQUIRE(py.diff_ids.size() == 3);
  CHECK(std::equal(ca.diff_ids.begin(), ca.diff_ids.end(), py.diff_ids.begin()));
  CHECK(py.size == 1000);  // the one blob that it adds
  CHECK(rig.builder.runs() == 2);
  // Of blobs only its own and its configuration were new to the registry.
  const Record record = rig.MustGetRecord(py.build_id);
  CHECK(record.bytes_pushed < 2000);
  CHECK(record.bytes_pushed > 1000);
}

TEST_CASE("An image stands on the topmost layer of the ledger", "[layers]") {
  LayerRig rig;
  const LedgerLayer ca = rig.MakeLayer("web", 1);
  const LedgerLayer py = rig.MakeLayer("web", 2);
  rig.clock.Advance(absl::Minutes(1));
  const std::string build = rig.Submit("web");
  rig.RunNext();
  const Record record = rig.MustGetRecord(build);
  INFO(record.failure.message);
  CHECK(record.outcome == Outcome::kCompatible);
  CHECK(rig.builder.last_dockerfile().find("FROM " + ImageOf(py) + " AS core-py") !=
        std::string::npos);
  for (const char* lower : {"ca", "py"}) CHECK_FALSE(rig.LastBuildRan(lower));
  for (const char* own : {"tini", "app-web"}) CHECK(rig.LastBuildRan(own));
  CHECK(UsesOf(record) == std::vector<std::string>{"reused", "reused", "reused", "built", "built"});
  CHECK(record.layers[1].built_by == ca.build_id);
  CHECK(record.layers[2].built_by == py.build_id);
  CHECK(record.layers[2].generation == 1);
  CHECK(record.layers[2].digest == py.digest);
  CHECK(record.layers[2].diff_ids == std::vector<std::string>{py.diff_ids.back()});
  CHECK(record.layers[3].generation == 0);
  CHECK(record.layers[4].built_by == build);
  CHECK(record.saved_layers == 2);
  CHECK(record.saved == ca.duration + py.duration);
  CHECK(record.image_size > 5000);
  CHECK(record.bytes_pushed < 3000);  // its two layers and its configuration
  CHECK(record.base_image == "registry.example/debian@sha256:" + std::string(64, 'b'));
}

TEST_CASE("An image whose stable layers nobody made has them made first", "[layers]") {
  LayerRig rig;
  const std::string build = rig.Submit("web");
  rig.clock.Advance(absl::Seconds(1));
  rig.RunNext();
  CHECK(rig.builder.builds() == 0);
  CHECK(rig.MustGetJob(build).state == JobState::kParked);
  CHECK(rig.MustGetJob(build).attempt <= 1);
  CHECK(rig.RunAll() == 3);  // ca, py, and the image again
  CHECK(rig.builder.runs() == 4);
  const Record record = rig.MustGetRecord(build);
  CHECK(record.outcome == Outcome::kCompatible);
  CHECK(record.attempt == 1);
  CHECK(UsesOf(record) == std::vector<std::string>{"reused", "built", "built", "built", "built"});
  CHECK(record.layers[1].built_by == rig.Row("web", 1).build_id);
  CHECK(record.saved_layers == 0);
  CHECK_FALSE(rig.TagOf("web").empty());
  // The next one on the same stack executes its own layers alone.
  rig.clock.Advance(absl::Minutes(1));
  rig.Submit("api");
  CHECK(rig.RunAll() == 1);
  CHECK_FALSE(rig.LastBuildRan("py"));
}

TEST_CASE("A layer that another build has had made meanwhile is joined", "[layers]") {
  LayerRig rig;
  const JobSpec ca = rig.LayerSpec("web", 1);
  rig.SubmitSpec(ca);
  rig.clock.Advance(absl::Seconds(30));
  JobSpec image = rig.Spec("web");
  image.needs = {ca.job_id};
  rig.SubmitSpec(image);
  rig.RunAll();
  const Record record = rig.MustGetRecord(image.build_id);
  CHECK(UsesOf(record) == std::vector<std::string>{"reused", "joined", "built", "built", "built"});
  CHECK(record.saved_layers == 1);
  CHECK(record.saved == rig.Row("web", 1).duration);
}

TEST_CASE("With a GPU the image's own job builds no layer", "[layers]") {
  LayerRig rig;
  JobSpec spec = rig.Spec("gpu-report");
  spec.pool = "gpu";
  rig.SubmitSpec(spec);
  rig.services->identity.pool = "gpu";
  rig.services->identity.capabilities = {"gpu"};
  rig.RunNext(true, "gpu");
  CHECK(rig.builder.builds() == 0);
  rig.services->identity.pool = "amd64";
  rig.services->identity.capabilities.clear();
  CHECK(rig.RunAll("amd64") == 3);  // ca, py, and the run of tini and the app
  CHECK(rig.HasRow("gpu-report", 4));
  CHECK_FALSE(rig.HasRow("gpu-report", 3));
  CHECK(rig.builder.runs() == 4);
  rig.services->identity.pool = "gpu";
  rig.services->identity.capabilities = {"gpu"};
  CHECK(rig.RunAll("gpu") == 1);
  CHECK(rig.MustGetRecord(spec.build_id).outcome == Outcome::kCompatible);
  CHECK(rig.builder.last_dockerfile().find("RUN ") == std::string::npos);
  CHECK(rig.builder.runs() == 4);
  // Its stack is the one of the images that need no GPU.
  CHECK(rig.LayerKeyOf("gpu-report", 2) == rig.LayerKeyOf("web", 2));
}

TEST_CASE("A layer that fails is to blame for what stands on it", "[layers]") {
  LayerRig rig;
  const std::string build = rig.Submit("broken");
  CHECK(rig.RunAll() == 4);  // image, ca, bad, image
  const Record record = rig.MustGetRecord(build);
  CHECK(record.outcome == Outcome::kFailed);
  const Record cause = rig.MustGetRecord(record.failure.cause_build_id);
  CHECK(cause.kind == JobKind::kLayer);
  CHECK(cause.outcome == Outcome::kFailed);
  CHECK(cause.failure.failure == FailureClass::kUser);
  CHECK(cause.failure.module_ref == "bad@1.0.0");
  CHECK(cause.failure.exit_code == 9);
  CHECK(cause.failure.fragment_line == 1);
  CHECK(rig.ArtifactText(cause, "error-" + cause.build_id + ".json").find("\"kind\": \"layer\"") !=
        std::string::npos);
  CHECK_FALSE(rig.HasRow("broken", 2));
  CHECK(rig.HasRow("broken", 1));
}

TEST_CASE("A layer that a killed predecessor entered is recorded, not built again", "[layers]") {
  LayerRig rig;
  const LedgerLayer ca = rig.MakeLayer("web", 1);
  LayerRig other;  // whose records know nothing
  REQUIRE(other.ledger.Commit(ca).ok());
  const JobSpec spec = other.LayerSpec("web", 1);
  other.SubmitSpec(spec);
  other.RunNext();
  CHECK(other.builder.builds() == 0);
  const Record record = other.MustGetRecord(spec.build_id);
  CHECK(record.outcome == Outcome::kCompatible);
  CHECK(record.image == ImageOf(ca));
  CHECK(record.layers.at(1).built_by == ca.build_id);
  CHECK(other.MustGetJob(spec.build_id).state == JobState::kDone);
}

TEST_CASE("Of two executions of one generation the ledger's first counts", "[layers]") {
  LayerRig rig;
  CountingObserver observer;
  rig.services->observer = &observer;
  const JobSpec spec = rig.LayerSpec("web", 1);
  rig.SubmitSpec(spec);
  LedgerLayer theirs;
  rig.builder.OnBuild([&](const ImageBuildRequest&) {
    theirs = {spec.key,
              1,
              1,
              NewUlid(rig.clock.Now()),
              "linux/amd64",
              "ca@1.0.0",
              "registry.example/lif/layers",
              "sha256:" + std::string(64, '7'),
              {"sha256:" + std::string(64, '8'), "sha256:" + std::string(64, '9')},
              1,
              absl::Seconds(1),
              "",
              0};
    rig.registry.Know("registry.example/lif/layers:theirs", theirs.digest, ImageManifest());
    REQUIRE(rig.ledger.Commit(theirs).ok());
  });
  rig.RunNext();
  CHECK(observer.violated == 1);
  CHECK(rig.Row("web", 1).digest == theirs.digest);
  CHECK(rig.MustGetRecord(spec.build_id).image == ImageOf(theirs));
  CHECK(rig.registry.tags().at("registry.example/lif/layers:linux-amd64-" +
                               spec.key.substr(0, 32)) == theirs.digest);
}

TEST_CASE("An executor that lost its lease moves no layer tag and writes no row", "[layers]") {
  LayerRig rig;
  const JobSpec spec = rig.LayerSpec("web", 1);
  rig.SubmitSpec(spec);
  const ClaimedJob job = rig.Claim();
  const auto lease = rig.keeper->Hold({job.spec.job_id, job.token});
  rig.builder.OnBuild([&rig, &job](const ImageBuildRequest&) {
    REQUIRE(rig.queue.Requeue({job.spec.job_id, job.token}).ok());
    REQUIRE(rig.queue.Claim({"executor-2", "amd64", "nonce", ExecutorRig::kLease}).ok());
  });
  {
    const TimePump pump(rig.clock);
    rig.runner->Handle(job, *lease);
  }
  CHECK(lease->reason() == StopReason::kLost);
  CHECK_FALSE(rig.HasRow("web", 1));
  CHECK(rig.registry.tags().empty());
}

TEST_CASE("A layer job through the wrong pool is buried", "[layers]") {
  LayerRig rig;
  JobSpec spec = rig.LayerSpec("gpu-report", 4);
  spec.pool = "gpu";
  rig.SubmitSpec(spec);
  rig.RunNext(true, "gpu");
  CHECK(rig.MustGetJob(spec.build_id).dead);
  CHECK(rig.MustGetJob(spec.build_id).last_error.find("needs pool amd64") != std::string::npos);
  CHECK(rig.builder.builds() == 0);
}

}  // namespace
}  // namespace lif
