#include <nlohmann/json.hpp>

#include "tests/support/catch.h"
#include "tests/unit/cli/fake_factory.h"

namespace lif {
namespace {

TEST_CASE("prewarm: stacks with what becomes of them, and the totals") {
  FakeFactory factory;
  v1::PrewarmResponse& reply = factory.builds.prewarm_reply;
  v1::PrewarmedStack* stack = reply.add_stacks();
  stack->add_modules("ca@1.0.0");
  stack->add_modules("python3@1.0.0");
  stack->set_platform("linux/amd64");
  stack->set_manifests(40);
  stack->mutable_cost()->set_seconds(75);
  stack->set_disposition(v1::DISPOSITION_QUEUED);
  stack->set_layers_queued(1);
  stack->set_layers_reused(1);
  stack->set_build_id(kBuildA);
  stack = reply.add_stacks();
  stack->add_modules("ca@1.0.0");
  stack->set_platform("linux/arm64");
  stack->set_manifests(2);
  stack->mutable_cost()->set_seconds(30);
  stack->set_disposition(v1::DISPOSITION_REUSED);
  stack->set_layers_reused(1);
  stack->set_build_id(kBuildB);
  reply.set_queued(1);
  reply.set_reused(1);
  reply.set_beyond_limit(3);
  reply.mutable_assumed_cost()->set_seconds(60);
  reply.add_warnings("no registered executor serves pool amd64");
  CliRun run = factory.Run({"prewarm", "--match", "web-*", "--base", "debian-12", "--platform",
                            "linux/amd64", "--limit", "2", "--priority", "-3"});
  CHECK(run.code == 0);
  CHECK(run.err == "warning: no registered executor serves pool amd64\n");
  CHECK(run.out ==
        "STACK                     PLATFORM     MANIFESTS    COST  STATE   LAYERS               "
        "BUILD\n"
        "ca@1.0.0 + python3@1.0.0  linux/amd64         40  1m 15s  queued  1 to build, 1 ready  " +
            std::string(kBuildA) +
            "\n"
            "ca@1.0.0                  linux/arm64          2   30.0s  ready   1 ready             "
            " " +
            kBuildB +
            "\n"
            "\n"
            "1 queued, 0 joined, 1 ready; 3 ranked below --limit\n"
            "a layer of which no time is known counts 1m 00s\n");
  const v1::PrewarmRequest& request = factory.builds.prewarm_request;
  CHECK(request.match() == "web-*");
  CHECK(request.base() == "debian-12");
  CHECK(request.platforms(0) == "linux/amd64");
  CHECK(request.limit() == 2);
  CHECK(request.priority() == -3);
  CHECK_FALSE(request.validate_only());
  CHECK(request.request_id().size() == 26);

  run = factory.Run({"prewarm", "--all", "--dry-run"});
  CHECK(run.out.find("  to build  1 to build, 1 ready") != std::string::npos);
  CHECK(factory.builds.prewarm_request.validate_only());
  run = factory.Run({"prewarm", "--all", "--output", "json"});
  CHECK(nlohmann::json::parse(run.out)["stacks"][1]["disposition"] == "reused");
}

TEST_CASE("prewarm: manifests are named, all of them or some") {
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"prewarm"}, {"prewarm", "--all", "--match", "a*"}}) {
    const CliRun run = RunAlone(args);
    CHECK(run.code == 2);
    CHECK(run.err.find(
              "error: name manifests: --all, or --match GLOB and --base NAME, one or both\n") == 0);
  }
  FakeFactory factory;
  CHECK(factory.Run({"prewarm", "--all"}).out == "no manifest that is named has a stable layer\n");
}

}  // namespace
}  // namespace lif
