// Layers that the ledger names and the registry has lost.
#include "absl/strings/str_cat.h"
#include "tests/unit/executor/layer_rig.h"

namespace lif {
namespace {

// "web" is built; its layers are in ledger and registry.
class LostRig : public LayerRig {
 public:
  LostRig() {
    Submit("web");
    RunAll();
    clock.Advance(absl::Minutes(1));
    runs = builder.runs();
  }
  int runs = 0;
};

TEST_CASE("A layer whose digest is gone is built once more, and nothing else", "[lost]") {
  LostRig rig;
  const LedgerLayer before = rig.Row("web", 2);
  SECTION("its manifest") {
    rig.registry.Lose(before.digest);
  }
  SECTION("its blob") {
    rig.registry.Lose(before.diff_ids.back());
  }
  const std::string build = rig.Submit("api");
  rig.RunNext();
  CHECK(rig.MustGetJob(build).state == JobState::kParked);
  CHECK(rig.builder.runs() == rig.runs);
  CHECK(rig.RunAll() == 2);  // py again, and the image
  const LedgerLayer after = rig.Row("web", 2);
  CHECK(after.generation == 2);
  CHECK(after.below_key == rig.Row("web", 1).layer_key);
  CHECK(rig.Row("web", 1).generation == 1);
  const Record record = rig.MustGetRecord(build);
  CHECK(record.outcome == Outcome::kCompatible);
  CHECK(record.layers.at(2).generation == 2);
  CHECK(record.layers.at(2).use == LayerUse::kBuilt);
  CHECK(record.layers.at(1).use == LayerUse::kReused);
  CHECK(record.saved_layers == 1);
  const std::string log = rig.ArtifactText(record, "build.log");
  CHECK(log.find("Layer py@1.0.0 is lost") != std::string::npos);
  CHECK(log.find("its digest is gone from the registry") != std::string::npos);
}

TEST_CASE("All who lose a layer meet in one job", "[lost]") {
  LostRig rig;
  rig.registry.Lose(rig.Row("web", 2).digest);
  const std::string web = rig.Submit("web", 2);
  const std::string api = rig.Submit("api");
  rig.RunNext();
  rig.RunNext();
  CHECK(rig.MustGetJob(web).state == JobState::kParked);
  CHECK(rig.MustGetJob(api).state == JobState::kParked);
  CHECK(rig.RunAll() == 3);  // one layer job, two images
  CHECK(rig.Row("web", 2).generation == 2);
  CHECK(rig.MustGetRecord(web).layers.at(2).built_by ==
        rig.MustGetRecord(api).layers.at(2).built_by);
}

TEST_CASE("When a whole stack is lost, it is built from the base up", "[lost]") {
  LostRig rig;
  rig.registry.Lose(rig.Row("web", 1).digest);
  rig.registry.Lose(rig.Row("web", 2).digest);
  const std::string build = rig.Submit("api");
  CHECK(rig.RunAll() == 4);  // parked, ca, py, image
  CHECK(rig.Row("web", 1).generation == 2);
  CHECK(rig.Row("web", 2).generation == 2);
  CHECK(rig.Row("web", 2).below_generation == 2);
  CHECK(rig.MustGetRecord(build).outcome == Outcome::kCompatible);
}

TEST_CASE("A lower layer that is lost does not matter to who stands above", "[lost]") {
  LostRig rig;
  rig.registry.Lose(rig.Row("web", 1).digest);
  const std::string build = rig.Submit("api");
  CHECK(rig.RunAll() == 1);
  CHECK(rig.Row("web", 1).generation == 1);
  CHECK(rig.MustGetRecord(build).outcome == Outcome::kCompatible);
}

TEST_CASE("A layer job parks too when what it stands on is lost", "[lost]") {
  LostRig rig;
  rig.registry.Lose(rig.Row("web", 1).digest);
  const JobSpec spec = rig.LayerSpec("web", 2, 2);
  rig.SubmitSpec(spec);
  rig.RunNext();
  CHECK(rig.MustGetJob(spec.build_id).state == JobState::kParked);
  CHECK(rig.RunAll() == 2);
  CHECK(rig.Row("web", 1).generation == 2);
  CHECK(rig.Row("web", 2).generation == 2);
  CHECK(rig.Row("web", 2).below_generation == 2);
}

TEST_CASE("A layer that was shared, and lost, is not built in an image's job", "[lost]") {
  LayerRig rig;
  rig.MakeLayer("web", 1);
  rig.MakeLayer("web", 2);
  const LedgerLayer tini =
      rig.MakeLayer("web", 3);  // a control plane saw that two manifests have it
  rig.registry.Lose(tini.digest);
  const std::string build = rig.Submit("api");
  CHECK(rig.RunAll() == 3);
  CHECK(rig.Row("web", 3).generation == 2);
  CHECK_FALSE(rig.LastBuildRan("tini"));
  CHECK(rig.MustGetRecord(build).outcome == Outcome::kCompatible);
}

TEST_CASE("A layer that the engine could not fetch is lost too", "[lost]") {
  LostRig rig;
  const LedgerLayer py = rig.Row("web", 2);
  BuildFailure failure;
  failure.failure = FailureClass::kInfrastructure;
  failure.message = "failed to copy: httpReadSeeker: " + py.diff_ids.back() + ": not found";
  const std::string build = rig.Submit("api");
  rig.builder.FailNext(failure);
  rig.RunNext();
  CHECK(rig.MustGetJob(build).state == JobState::kParked);
  CHECK(rig.RunAll() == 2);
  CHECK(rig.Row("web", 2).generation == 2);
  CHECK(rig.MustGetRecord(build).outcome == Outcome::kCompatible);
}

TEST_CASE("A registry that is away loses nothing", "[lost]") {
  LostRig rig;
  const std::string build = rig.Submit("api");
  rig.registry.SetAway(absl::UnavailableError("away"));
  rig.RunNext();
  CHECK(rig.MustGetJob(build).state == JobState::kDelayed);
  CHECK(rig.MustGetJob(build).last_error.find("away") != std::string::npos);
  CHECK(rig.Row("web", 2).generation == 1);
  CHECK(rig.queue.ListJobs({})->size() == 4);  // no new layer job
}

}  // namespace
}  // namespace lif
