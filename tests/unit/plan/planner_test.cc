#include "common/plan/planner.h"

#include "tests/support/catch.h"
#include "tests/unit/plan/plan_world.h"

namespace lif {
namespace {

TEST_CASE("a lone manifest has layer jobs for its stable slots, and builds the rest itself") {
  World world({MakeBuild("web", kWeb)});
  const Plan plan = world.Go();
  REQUIRE(plan.jobs.size() == 3);
  const PlannedJob& security = plan.jobs[0];
  CHECK(security.spec.kind == JobKind::kLayer);
  CHECK(security.spec.job_id == world.Key(0, 1) + ".1");
  CHECK(security.spec.pool == "amd64");
  CHECK(security.spec.needs.empty());
  CHECK(security.below.empty());
  const PlannedJob& core = plan.jobs[1];
  CHECK(core.spec.needs == std::vector<std::string>{security.spec.job_id});
  CHECK(core.below == world.Key(0, 1));
  const PlannedJob& image = plan.jobs[2];
  CHECK(image.spec.kind == JobKind::kImage);
  CHECK(image.spec.job_id == world.input.builds[0].build_key + ".1");
  CHECK(image.spec.needs == std::vector<std::string>{core.spec.job_id});
  CHECK(image.first == 3);
  CHECK(image.last == 4);
  CHECK(image.reason == "nothing is recorded for its build key");
}

TEST_CASE("a volatile layer is a cut once another manifest has it") {
  World world({MakeBuild("web", kWeb), MakeBuild("api", kApi)});
  const Plan plan = world.Go();
  // ca, python3, tini, and two images that build their app alone.
  REQUIRE(plan.jobs.size() == 5);
  CHECK(plan.jobs[2].spec.key == world.Key(0, 3));
  CHECK(plan.jobs[2].spec.manifest_id == "api");  // the least that has the layer
  for (int i : {3, 4}) {
    CHECK(plan.jobs[i].first == 4);
    CHECK(plan.jobs[i].last == 4);
    CHECK(plan.jobs[i].spec.needs == std::vector<std::string>{plan.jobs[2].spec.job_id});
  }
}

TEST_CASE("a layer job builds a run of layers up to the next cut") {
  // Volatile layers below a stable one.
  World world({MakeBuild(
      "web", {"security ca@1.0.0", "security keys@1.0.0", "core! py@1.0.0", "app web@1.0.0"})});
  const Plan plan = world.Go();
  REQUIRE(plan.jobs.size() == 2);
  CHECK(plan.jobs[0].first == 1);
  CHECK(plan.jobs[0].last == 3);
  CHECK(plan.jobs[0].spec.key == world.Key(0, 3));
  CHECK(plan.jobs[1].first == 4);
}

TEST_CASE("the platforms of a manifest have nothing in common") {
  World world({MakeBuild("web", kWeb), MakeBuild("web", kWeb, "linux/arm64")});
  const Plan plan = world.Go();
  CHECK(plan.jobs.size() == 6);
  CHECK(plan.builds[1].layers[0].job_id != plan.builds[0].layers[0].job_id);
  CHECK(FindJob(plan, plan.builds[1].layers[0].job_id)->spec.pool == "arm64");
}

TEST_CASE("an image that needs a GPU builds no layer, and shares those of the CPU variants") {
  World world(
      {MakeBuild("cpu", kWeb), MakeBuild("gpu", kWeb, "linux/amd64", {"gpu"}),
       MakeBuild("own", {"core! py@1.0.0", "app a@1.0.0", "app b@1.0.0"}, "linux/amd64", {"gpu"})});
  const Plan plan = world.Go();
  const PlannedJob* gpu = FindJob(plan, plan.builds[1].job_id);
  CHECK(gpu->spec.pool == "gpu");
  CHECK(gpu->first > gpu->last);
  CHECK(plan.builds[1].layers[3].job_id == plan.builds[0].layers[3].job_id);
  // What no CPU variant has is a run of layers in the platform's pool.
  const PlannedJob* own = FindJob(plan, plan.builds[2].job_id);
  CHECK(own->first > own->last);
  const PlannedJob* run = FindJob(plan, own->spec.needs.at(0));
  CHECK(run->spec.pool == "amd64");
  CHECK(run->first == 2);
  CHECK(run->last == 3);
}

TEST_CASE("a record answers, and makes no job") {
  World world({MakeBuild("web", kWeb), MakeBuild("api", kApi)});
  world.input.builds[0].reused_build_id = "01RECORD";
  world.input.builds[0].reason = "build 01RECORD was compatible";
  const Plan plan = world.Go();
  CHECK(plan.builds[0].use == LayerUse::kReused);
  CHECK(plan.builds[0].job_id.empty());
  CHECK(plan.builds[0].build_id == "01RECORD");
  CHECK(FindJob(plan, world.input.builds[0].build_key + ".1") == nullptr);
  CHECK(plan.jobs.size() == 4);
}

TEST_CASE("a plan says what changed since the last build") {
  World world({MakeBuild("web", {"security! ca@1.0.0", "core! python3@1.1.0", "app web@1.0.0"})});
  const Chain last =
      MakeBuild("old", {"security! ca@1.0.0", "core! python3@1.0.0", "app web@1.0.0"}).chain;
  world.input.builds[0].last = &last;
  world.Built(0, 1);
  const Plan plan = world.Go();
  REQUIRE(plan.jobs.size() == 2);
  CHECK(plan.jobs[0].reason == "core module python3 changed 1.0.0 → 1.1.0");
  CHECK(plan.jobs[1].reason ==
        "nothing is recorded for its build key; core module python3 changed 1.0.0 → 1.1.0");
  CHECK(plan.builds[0].layers[2].reason ==
        "stands on a change: core module python3 changed 1.0.0 → 1.1.0");
  world.input.builds[0].last = &world.input.builds[0].chain;
  CHECK(world.Go().jobs[1].reason ==
        "nothing is recorded for its build key; no layer changed: the template, a test or "
        "metadata did");
}

TEST_CASE("a build without layers is an image job on the base") {
  World world({MakeBuild("bare", {}), MakeBuild("gpu", {}, "linux/amd64", {"gpu"})});
  const Plan plan = world.Go();
  REQUIRE(plan.jobs.size() == 2);
  CHECK(plan.jobs[0].spec.needs.empty());
  CHECK(plan.jobs[0].first > plan.jobs[0].last);
}

TEST_CASE("what can't be planned is refused by name") {
  World world({MakeBuild("web", kWeb)});
  const auto refused = [&](auto spoil) {
    PlanInput input = world.input;
    spoil(&input);
    const absl::Status status = MakePlan(input).status();
    CHECK(absl::IsInvalidArgument(status));
    return std::string(status.message());
  };
  CHECK(refused([](PlanInput* input) { input->shared = nullptr; }).find("shared layers") !=
        std::string::npos);
  CHECK(refused([](PlanInput* input) { input->builds[0].build_key = "x"; }) ==
        "cannot plan manifest web on linux/amd64: its build key is not 64 hexadecimal digits");
  CHECK(refused([](PlanInput* input) { input->builds[0].generation = 0; }).find("under 1") !=
        std::string::npos);
  CHECK(refused([](PlanInput* input) {
          input->builds[0].chain.layers[1].key = "x";
        }).find("layer key is not") != std::string::npos);
  CHECK(refused([](PlanInput* input) {
          input->builds[0].chain.layers[1].key = input->builds[0].chain.layers[0].key;
        }).find("occurs twice") != std::string::npos);
  CHECK(refused([](PlanInput* input) {
          input->builds.push_back(input->builds[0]);
          input->builds[1].generation = 2;
        }).find("different generations") != std::string::npos);
}

TEST_CASE("the same build asked for twice is one job and two answers") {
  World world({MakeBuild("web", kWeb)});
  world.input.builds.push_back(world.input.builds[0]);
  const Plan plan = world.Go();
  CHECK(plan.jobs.size() == 3);
  REQUIRE(plan.builds.size() == 2);
  CHECK(plan.builds[0].job_id == plan.builds[1].job_id);
}

TEST_CASE("an index is a job once its images are there") {
  World world({MakeBuild("web", kWeb), MakeBuild("web", kWeb, "linux/arm64")});
  const Platform amd64{"linux", "amd64"};
  const Platform arm64{"linux", "arm64"};
  const std::string digest = "sha256:" + std::string(64, 'a');
  world.input.indexes = {{"web", {{amd64, digest}, {arm64, digest}}}};

  SECTION("images of this plan come first") {
    const Plan plan = world.Go();
    REQUIRE(plan.indexes.size() == 1);
    CHECK(plan.indexes[0].job_id.empty());
    CHECK(plan.indexes[0].after.size() == 2);
    CHECK(plan.indexes[0].reason == "its images are still to be built");
  }
  SECTION("a platform that nobody builds is missing") {
    world.input.builds.resize(1);
    world.input.indexes[0].images[arm64] = "";
    CHECK(world.Go().indexes[0].reason == "there is no compatible image for linux/arm64");
  }
  SECTION("all are there: the job, the job that runs, and the index that was made") {
    for (BuildToPlan& build : world.input.builds) build.reused_build_id = "01RECORD";
    Plan plan = world.Go();
    REQUIRE(plan.jobs.size() == 1);
    const JobSpec& spec = plan.jobs[0].spec;
    CHECK(spec.kind == JobKind::kIndex);
    CHECK(spec.key == IndexKey("web", {{arm64, digest}, {amd64, digest}}));
    CHECK(spec.pool == "amd64");
    CHECK(spec.job_id == IndexJobSpec(world.input.indexes[0], 1).job_id);
    CHECK(plan.indexes[0].job_id == spec.job_id);
    world.input.live[spec.key] = {1, "01LIVE", false};
    CHECK(world.Go().indexes[0].use == LayerUse::kJoined);
    world.input.made_indexes[spec.key] = "01INDEX";
    plan = world.Go();
    CHECK(plan.jobs.empty());
    CHECK(plan.indexes[0].use == LayerUse::kReused);
    CHECK(plan.indexes[0].reason == "build 01INDEX made it");
  }
}

TEST_CASE("cuts of a manifest that is not published yet are those that it shares") {
  const SharedLayers shared = SharedBy({MakeBuild("web", kWeb)});
  const BuildToPlan build = MakeBuild(
      "new", {"security ca@1.0.0", "core python3@1.0.0", "light other@1.0.0", "app web@1.0.0"});
  CHECK(CutPositions(build, shared) == std::vector<int>{1, 2});
}

TEST_CASE("a chain is made of a manifest and its identity") {
  ResolvedManifest manifest;
  manifest.manifest.id = "web";
  manifest.base.name = "debian-12";
  manifest.base.platforms[{"linux", "amd64"}] = {"r.test/debian", "sha256:" + std::string(64, 'a')};
  manifest.image_template.slots = {{Slot::kCore, true, true}, {Slot::kApp, true, false}};
  Module module;
  module.name = "py";
  module.version = "1.0.0";
  module.slot = Slot::kCore;
  module.platforms = {{"linux", "amd64"}};
  manifest.stack.push_back({module, {{"A", "1"}}});
  module.slot = Slot::kApp;
  module.name = "web";
  manifest.stack.push_back({module, {}});
  const BuildIdentity identity = *ComputeIdentity(manifest, {"linux", "amd64"}, Recipe());
  const Chain chain = ChainOf(manifest, identity);
  CHECK(chain.base == "debian-12");
  CHECK(chain.base_image == "r.test/debian@sha256:" + std::string(64, 'a'));
  REQUIRE(chain.layers.size() == 2);
  CHECK(chain.layers[0].key == identity.chain[1].key);
  CHECK(chain.layers[0].stable);
  CHECK(chain.layers[0].args.at("A") == "1");
  CHECK(chain.layers[1].module_ref == "web@1.0.0");
  CHECK_FALSE(chain.layers[1].stable);
}

}  // namespace
}  // namespace lif
