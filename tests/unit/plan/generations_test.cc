// Which generation of a layer or an image a plan runs, and what it stands on.
#include "common/plan/planner.h"

#include "tests/support/catch.h"
#include "tests/unit/plan/plan_world.h"

namespace lif {
namespace {

TEST_CASE("what the ledger has is stood on, and nothing below it is asked for") {
  World world({MakeBuild("web", kWeb)});
  world.Built(0, 2);
  const Plan plan = world.Go();
  REQUIRE(plan.jobs.size() == 1);
  CHECK(plan.jobs[0].spec.needs.empty());
  CHECK(plan.jobs[0].below == world.Key(0, 2));
  const std::vector<PlannedLayer>& layers = plan.builds[0].layers;
  REQUIRE(layers.size() == 4);
  CHECK(layers[0].use == LayerUse::kReused);
  CHECK(layers[0].reason == "lies below a layer that is reused");
  CHECK(layers[1].use == LayerUse::kReused);
  CHECK(layers[1].generation == 1);
  CHECK(layers[1].duration == absl::Seconds(8));
  CHECK(layers[1].reason == "build 01ARZ3NDEKTSV4RRFFQ69G5FAV made it");
  CHECK(layers[2].use == LayerUse::kBuilt);
  CHECK(layers[2].reason == "no other manifest has it: it is built with what is above");
  CHECK_FALSE(layers[2].cut);
}

TEST_CASE("a lost layer opens its next generation, on what is still there") {
  World world({MakeBuild("web", kWeb), MakeBuild("api", kApi)});
  for (int position : {1, 2, 3}) world.Built(0, position, position);
  world.input.spent[world.Key(0, 3)] = {3, "its digest is gone from the registry"};
  const Plan plan = world.Go();
  REQUIRE(plan.jobs.size() == 3);
  CHECK(plan.jobs[0].spec.job_id == world.Key(0, 3) + ".4");
  CHECK(plan.jobs[0].spec.needs.empty());
  CHECK(plan.jobs[0].below == world.Key(0, 2));
  CHECK(plan.jobs[0].reason == "generation 3: its digest is gone from the registry");
  CHECK(plan.jobs[1].spec.needs == std::vector<std::string>{world.Key(0, 3) + ".4"});
  CHECK(plan.jobs[2].spec.needs == std::vector<std::string>{world.Key(0, 3) + ".4"});
}

TEST_CASE("a row that is newer than what is spent is stood on") {
  World world({MakeBuild("web", kWeb)});
  world.Built(0, 2, 2);
  world.input.spent[world.Key(0, 2)] = {1, "build 01… failed"};
  CHECK(world.Go().jobs.size() == 1);
}

TEST_CASE("a generation that failed is not asked for again") {
  World world({MakeBuild("web", kWeb)});
  world.input.spent[world.Key(0, 1)] = {2, "build 01X failed"};
  const Plan plan = world.Go();
  CHECK(plan.jobs[0].spec.job_id == world.Key(0, 1) + ".3");
  CHECK(plan.jobs[0].reason == "generation 2: build 01X failed");
  CHECK(plan.jobs[1].spec.needs == std::vector<std::string>{world.Key(0, 1) + ".3"});
}

TEST_CASE("a live job is joined, with all that it stands on") {
  World world({MakeBuild("web", kWeb)});
  world.input.live[world.Key(0, 2)] = {2, "01LIVE", false};
  const Plan plan = world.Go();
  REQUIRE(plan.jobs.size() == 3);
  CHECK(plan.jobs[0].use == LayerUse::kBuilt);
  CHECK(plan.jobs[1].use == LayerUse::kJoined);
  CHECK(plan.jobs[1].spec.job_id == world.Key(0, 2) + ".2");
  CHECK(plan.jobs[1].reason == "build 01LIVE is making it");
  CHECK(plan.builds[0].layers[1].use == LayerUse::kJoined);
}

TEST_CASE("a live job of a newer generation tells that the ledger's row is lost") {
  World world({MakeBuild("web", kWeb)});
  world.Built(0, 1);
  world.Built(0, 2);
  world.input.live[world.Key(0, 2)] = {2, "01LIVE", false};
  const Plan plan = world.Go();
  REQUIRE(plan.jobs.size() == 2);
  CHECK(plan.jobs[0].spec.job_id == world.Key(0, 2) + ".2");
  CHECK(plan.jobs[0].use == LayerUse::kJoined);
}

TEST_CASE("a job that is being stopped is followed by the next generation") {
  World world({MakeBuild("web", kWeb)});
  world.input.live[world.Key(0, 1)] = {1, "01LIVE", true};
  world.input.live[world.input.builds[0].build_key] = {1, "01IMAGE", true};
  const Plan plan = world.Go();
  CHECK(plan.jobs[0].spec.job_id == world.Key(0, 1) + ".2");
  CHECK(plan.jobs[0].use == LayerUse::kBuilt);
  CHECK(plan.jobs[0].reason == "build 01LIVE of it is being stopped");
  CHECK(plan.builds[0].generation == 2);
}

TEST_CASE("an image's generation is that of the rerun policy, or of the job that runs") {
  World world({MakeBuild("web", kWeb)});
  world.input.builds[0].generation = 3;
  CHECK(world.Go().builds[0].generation == 3);
  world.input.live[world.input.builds[0].build_key] = {3, "01LIVE", false};
  CHECK(world.Go().builds[0].use == LayerUse::kJoined);
  CHECK(world.Go().builds[0].build_id == "01LIVE");
  world.input.live[world.input.builds[0].build_key] = {2, "01OLD", false};
  CHECK(world.Go().builds[0].use == LayerUse::kBuilt);
}

TEST_CASE("an executor plans without the catalog: what the ledger has is a cut") {
  World world({MakeBuild("web", kWeb), MakeBuild("api", kApi)});
  for (int position : {1, 2, 3}) world.Built(0, position);
  world.input.spent[world.Key(0, 3)] = {1, "its digest is gone from the registry"};
  const Plan whole = world.Go();
  const SharedLayers nothing;
  PlanInput own = world.input;
  own.builds.resize(1);
  own.shared = &nothing;
  const Plan plan = *MakePlan(own);
  REQUIRE(plan.jobs.size() == 2);
  CHECK(plan.jobs[0].spec.job_id == whole.jobs[0].spec.job_id);
  CHECK(plan.jobs[1].spec.job_id == whole.builds[0].job_id);
  CHECK(plan.jobs[1].spec.needs == std::vector<std::string>{plan.jobs[0].spec.job_id});
}

}  // namespace
}  // namespace lif
