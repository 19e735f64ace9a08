#include <nlohmann/json.hpp>

#include <fstream>

#include "cli/manifest_selection.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/cli/fake_factory.h"

namespace lif {
namespace {

void AddLayer(v1::PlannedBuild* build, const std::string& key, const std::string& module,
              v1::Slot slot, v1::LayerDisposition disposition, const std::string& reason) {
  v1::PlannedLayer* layer = build->add_layers();
  layer->set_layer_key(key);
  layer->set_module(module);
  layer->set_slot(slot);
  layer->set_disposition(disposition);
  layer->set_reason(reason);
  if (disposition == v1::LAYER_DISPOSITION_REUSED) return;
  layer->set_cut(slot != v1::SLOT_APP);
  layer->set_pool("amd64");
  layer->set_job_id(key + ".1");
}

v1::PlannedBuild* AddBuild(v1::PlanBuildsResponse* plan, const std::string& manifest,
                           v1::Disposition disposition, const std::string& reason) {
  v1::PlannedBuild* build = plan->add_builds();
  *build->mutable_build() = Submitted(manifest, "", disposition);
  build->mutable_build()->set_platform("linux/amd64");
  build->mutable_build()->set_reason(reason);
  build->mutable_build()->set_pool("amd64");
  build->mutable_build()->set_build_key("k-" + manifest);
  build->mutable_build()->set_generation(1);
  return build;
}

TEST_CASE("plan: what builds share stands once in the tree") {
  FakeFactory factory;
  v1::PlanBuildsResponse& plan = factory.builds.plan_reply;
  for (const char* manifest : {"web", "api"}) {
    v1::PlannedBuild* build =
        AddBuild(&plan, manifest, v1::DISPOSITION_QUEUED, "nothing is recorded");
    AddLayer(build, "a", "ca@1.0.0", v1::SLOT_SECURITY, v1::LAYER_DISPOSITION_REUSED, "");
    AddLayer(build, "b", "python3@1.1.0", v1::SLOT_CORE, v1::LAYER_DISPOSITION_BUILT,
             "core module python3 changed 1.0.0 -> 1.1.0");
    AddLayer(build, manifest, std::string(manifest) + "@1.0.0", v1::SLOT_APP,
             v1::LAYER_DISPOSITION_BUILT, "stands on a change");
  }
  AddBuild(&plan, "site", v1::DISPOSITION_REUSED, "build 01 was compatible");
  AddBuild(&plan, "oops", v1::DISPOSITION_INVALID, "no manifest 'oops'");
  v1::PlannedJob* job = plan.add_jobs();
  job->set_job_id("b.1");
  job->mutable_estimate()->set_seconds(42);
  plan.set_builds_queued(2);
  plan.set_builds_reused(1);
  plan.set_builds_invalid(1);
  plan.set_builds_left_out(7);
  plan.set_layers_reused(1);
  plan.set_layers_built(3);
  plan.mutable_estimated_work()->set_seconds(42);
  plan.mutable_estimated_elapsed()->set_seconds(42);
  plan.set_unknown_estimates(2);
  plan.add_warnings("no registered executor serves pool amd64");
  const CliRun run = factory.Run({"plan", "--manifest-id", "web", "--manifest-id", "api"});
  CHECK(run.code == 2);  // one of them is invalid
  CHECK(run.err == "warning: no registered executor serves pool amd64\n");
  CHECK(run.out ==
        "linux/amd64\n"
        "`- security ca@1.0.0  reused\n"
        "   `- core python3@1.1.0  build  amd64 about 42.0s  "
        "core module python3 changed 1.0.0 -> 1.1.0\n"
        "      |- app web@1.0.0  build  stands on a change\n"
        "      |  `- image web  build  amd64  nothing is recorded\n"
        "      `- app api@1.0.0  build  stands on a change\n"
        "         `- image api  build  amd64  nothing is recorded\n"
        "\n"
        "reused  site linux/amd64  build 01 was compatible\n"
        "invalid  oops linux/amd64  no manifest 'oops'\n"
        "and 7 more builds, counted below; --limit shows more\n"
        "\n"
        "  builds    1 answered by records, 2 to build, 1 invalid\n"
        "  layers    1 reused, 0 joined, 3 to build\n"
        "  estimate  42.0s of work, 42.0s along the longest path; without 2 jobs of which no "
        "earlier time is known\n");
  REQUIRE(factory.builds.plan_request.builds_size() == 2);
  CHECK(factory.builds.plan_request.builds(1).manifest_id() == "api");
  CHECK(factory.builds.plan_request.limit() == 100);
}

TEST_CASE("plan: manifests of the catalog, by glob and module, on the platforms that they offer") {
  FakeFactory factory;
  for (const auto& [id, platforms] : std::vector<std::pair<std::string, std::vector<std::string>>>{
           {"web", {"linux/amd64", "linux/arm64"}}, {"site", {"linux/amd64"}}}) {
    v1::ManifestSummary* manifest = factory.catalog.list_reply.add_manifests();
    manifest->set_id(id);
    for (const std::string& platform : platforms) manifest->add_platforms(platform);
  }
  CliRun run = factory.Run({"plan", "--match", "*", "--module", "python3", "--platform",
                            "linux/arm64", "--rerun", "always", "--output", "json"});
  CHECK(run.code == 0);
  CHECK(nlohmann::json::parse(run.out)["builds"].empty());
  CHECK(factory.catalog.list_request.match() == "*");
  CHECK(factory.catalog.list_request.module() == "python3");
  REQUIRE(factory.builds.plan_request.builds_size() == 1);
  CHECK(factory.builds.plan_request.builds(0).manifest_id() == "web");
  CHECK(factory.builds.plan_request.builds(0).platforms(0) == "linux/arm64");
  CHECK(factory.builds.plan_request.rerun() == v1::RERUN_POLICY_ALWAYS);

  factory.Run({"plan", "--all"});
  REQUIRE(factory.builds.plan_request.builds_size() == 2);
  CHECK(factory.builds.plan_request.builds(0).platforms().empty());
  factory.catalog.list_reply.Clear();
  run = factory.Run({"plan", "--match", "x*"});
  CHECK(run.code == 2);
  CHECK(run.err == "error: no published manifest matches --match 'x*'\n");
}

TEST_CASE("plan: a list of manifest IDs, with comments, each once") {
  CHECK(*ParseManifestList("f", "web # first\n\n  api\r\nweb\n# end") ==
        std::vector<std::string>{"web", "api"});
  const auto bad = ParseManifestList("list.txt", "web\nNo Name\n");
  CHECK(bad.status().message() ==
        "--file: list.txt:2: 'No Name' is no manifest ID: write one a line, of a-z 0-9 . _ -");

  FakeFactory factory;
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/list";
  std::ofstream(path) << "web\napi\n";
  CHECK(factory.Run({"plan", "--file", path}).code == 0);
  CHECK(factory.builds.plan_request.builds_size() == 2);
  std::ofstream(path) << "# nothing\n";
  CHECK(factory.Run({"plan", "--file", path}).err.find("names no manifest") != std::string::npos);
}

TEST_CASE("plan: manifests are named in exactly one way") {
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"plan"},
        {"plan", "--all", "--match", "a*"},
        {"plan", "--manifest-id", "web", "--file", "list"}}) {
    const CliRun run = RunAlone(args);
    CHECK(run.code == 2);
    CHECK(run.err.find(": --manifest-id ID, --all, --match GLOB, --module NAME[@VERSION] or "
                       "--file LIST\n") != std::string::npos);
  }
  const CliRun run = RunAlone({"plan", "--all", "--limit", "501"});
  CHECK(run.err.find("error: --limit: '501' is not 1 to 500\n") == 0);
}

TEST_CASE("status: the layers of a build, and what reuse saved") {
  FakeFactory factory;
  v1::Build build;
  build.set_build_id(kBuildA);
  build.set_manifest_id("web");
  build.set_state(v1::BUILD_STATE_DONE);
  build.set_outcome(v1::OUTCOME_COMPATIBLE);
  factory.builds.builds[kBuildA] = build;
  v1::GetBuildResponse& reuse = factory.builds.reuse[kBuildA];
  reuse.add_layers()->set_layer_key("base");
  v1::BuildLayer* layer = reuse.add_layers();
  layer->set_module("python3@1.0.0");
  layer->set_disposition(v1::LAYER_DISPOSITION_REUSED);
  layer->set_reason("build 01 had made it before");
  layer->mutable_duration()->set_seconds(41);
  layer = reuse.add_layers();
  layer->set_module("web@1.0.0");
  layer->set_disposition(v1::LAYER_DISPOSITION_BUILT);
  layer->set_reason("this build executed it: 2 steps");
  reuse.mutable_saved()->mutable_time()->set_seconds(41);
  reuse.mutable_saved()->set_layers(1);
  const CliRun run = factory.Run({"status", kBuildA});
  CHECK(run.code == 0);
  CHECK(run.out.find("\nLAYER          USE      TOOK  WHY\n"
                     "python3@1.0.0  reused  41.0s  build 01 had made it before\n"
                     "web@1.0.0      built          this build executed it: 2 steps\n"
                     "reuse saved 41.0s: 1 layer was not built again\n") != std::string::npos);
  const auto json = nlohmann::json::parse(factory.Run({"status", kBuildA, "--output", "json"}).out);
  CHECK(json["build_id"] == kBuildA);
  CHECK(json["layers"].size() == 3);
  CHECK(json["saved"]["layers"] == 1);
}

}  // namespace
}  // namespace lif
