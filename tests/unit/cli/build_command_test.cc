#include <nlohmann/json.hpp>

#include "common/base/grpc_status.h"
#include "tests/support/catch.h"
#include "tests/unit/cli/fake_factory.h"

namespace lif {
namespace {

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::vector<std::string> BuildArgs(std::vector<std::string> more = {}) {
  std::vector<std::string> args = {"build", "--manifest-id", "web"};
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

// A factory that has queued build A of manifest web, and will have built it with `outcome`.
void Queue(FakeFactory* factory, v1::Outcome outcome) {
  *factory->builds.submit_reply.add_builds() = Submitted("web", kBuildA, v1::DISPOSITION_QUEUED);
  factory->records.records[kBuildA] = RecordOf("web", kBuildA, outcome);
}

TEST_CASE("build: the request carries what was asked") {
  FakeFactory factory;
  Queue(&factory, v1::OUTCOME_COMPATIBLE);
  factory.environment["LIF_TENANT"] = "team-a";
  const CliRun run = factory.Run(
      BuildArgs({"--manifest-id", "db", "--platform", "linux/amd64", "--platform", "linux/arm64",
                 "--priority", "-3", "--rerun", "if-failed", "--reject-unschedulable"}));
  CHECK(run.code == 0);
  REQUIRE(factory.builds.submits.size() == 1);
  const v1::SubmitBuildsRequest& request = factory.builds.submits[0];
  REQUIRE(request.builds_size() == 2);
  CHECK(request.builds(0).manifest_id() == "web");
  CHECK(request.builds(1).manifest_id() == "db");
  CHECK(request.builds(1).platforms_size() == 2);
  CHECK(request.priority() == -3);
  CHECK(request.rerun() == v1::RERUN_POLICY_IF_FAILED);
  CHECK(request.tenant() == "team-a");
  CHECK(request.reject_unschedulable());
  CHECK(request.request_id().size() == 26);
}

TEST_CASE("build: without --wait it names the build and how to follow it") {
  FakeFactory factory;
  Queue(&factory, v1::OUTCOME_COMPATIBLE);
  const CliRun run = factory.Run(BuildArgs());
  CHECK(run.code == 0);
  CHECK(Has(run.out, kBuildA));
  CHECK(Has(run.out, "queued"));
  CHECK(Has(run.err, std::string("lif status ") + kBuildA));
  CHECK(factory.builds.watch_requests.empty());
}

TEST_CASE("build: --wait exits by the outcome") {
  const std::pair<v1::Outcome, int> cases[] = {{v1::OUTCOME_COMPATIBLE, 0},
                                               {v1::OUTCOME_FAILED, 1},
                                               {v1::OUTCOME_INCOMPATIBLE, 4},
                                               {v1::OUTCOME_ERROR, 5},
                                               {v1::OUTCOME_CANCELLED, 6}};
  for (const auto& [outcome, code] : cases) {
    FakeFactory factory;
    Queue(&factory, outcome);
    factory.builds.watches.push_back(
        {{Event(kBuildA, v1::BUILD_STATE_RUNNING, "build", "[core 1/1] RUN a", 0, 1),
          LastEvent(kBuildA, outcome)}});
    const CliRun run = factory.Run(BuildArgs({"--wait"}));
    CHECK(run.code == code);
    CHECK(Has(run.err, "web linux/amd64: 0/1 [core 1/1] RUN a\n"));
    CHECK(Has(run.out, "web linux/amd64  in 34.0s"));
  }
}

TEST_CASE("build: a failure shows the tail of its error file") {
  FakeFactory factory;
  Queue(&factory, v1::OUTCOME_FAILED);
  v1::Record& record = factory.records.records[kBuildA];
  record.mutable_failure()->set_message("it broke");
  v1::Artifact* artifact = record.add_artifacts();
  artifact->set_name("error-x.json");
  artifact->set_kind(v1::ARTIFACT_KIND_ERROR_FILE);
  factory.records.artifacts[std::string(kBuildA) + "/error-x.json"] =
      R"({"log_tail": ["line one", "line two"]})";
  factory.builds.watches.push_back({{LastEvent(kBuildA, v1::OUTCOME_FAILED)}});
  const CliRun run = factory.Run(BuildArgs({"--wait"}));
  CHECK(run.code == 1);
  CHECK(Has(run.out, "  | line one\n  | line two\n"));
}

TEST_CASE("build: a reused build needs no wait and is reported at once") {
  FakeFactory factory;
  v1::SubmittedBuild reused = Submitted("web", kBuildA, v1::DISPOSITION_REUSED);
  reused.set_outcome(v1::OUTCOME_INCOMPATIBLE);
  *factory.builds.submit_reply.add_builds() = reused;
  factory.records.records[kBuildA] = RecordOf("web", kBuildA, v1::OUTCOME_INCOMPATIBLE);
  for (const bool wait : {false, true}) {
    const CliRun run = factory.Run(wait ? BuildArgs({"--wait"}) : BuildArgs());
    CHECK(run.code == 4);
    CHECK(Has(run.out, "reused, built 66s ago"));
  }
  CHECK(factory.builds.watch_requests.empty());
}

TEST_CASE("build: what can't be built is an error, the rest goes on") {
  FakeFactory factory;
  v1::SubmittedBuild invalid = Submitted("wbe", "", v1::DISPOSITION_INVALID);
  invalid.set_reason("no manifest 'wbe'; did you mean 'web'?");
  *factory.builds.submit_reply.add_builds() = invalid;
  Queue(&factory, v1::OUTCOME_COMPATIBLE);
  factory.builds.submit_reply.add_warnings("no registered executor serves pool amd64");
  const CliRun run = factory.Run(BuildArgs());
  CHECK(run.code == 2);
  CHECK(Has(run.err, "error: wbe on linux/amd64: no manifest 'wbe'; did you mean 'web'?\n"));
  CHECK(Has(run.err, "warning: no registered executor serves pool amd64\n"));
  CHECK(Has(run.out, kBuildA));
}

TEST_CASE("build: the wait survives a control plane that goes away") {
  FakeFactory factory;
  Queue(&factory, v1::OUTCOME_COMPATIBLE);
  const grpc::Status away(grpc::StatusCode::UNAVAILABLE, "Socket closed");
  factory.builds.watches.push_back(
      {{Event(kBuildA, v1::BUILD_STATE_RUNNING, "build", "[a 1/1] RUN a", 0, 1)}, away});
  factory.builds.watches.push_back({{}, away});
  factory.builds.watches.push_back({{}, grpc::Status::OK});
  factory.builds.watches.push_back({{LastEvent(kBuildA, v1::OUTCOME_COMPATIBLE)}});
  const CliRun run = factory.Run(BuildArgs({"--wait"}));
  CHECK(run.code == 0);
  CHECK(factory.builds.watch_requests.size() == 4);
  CHECK(Has(run.err, "! the control plane at 127.0.0.1:7400 went away; builds go on."));
  CHECK(Has(run.err, "it answers again\n"));
  CHECK(Has(run.out, "compatible"));
}

TEST_CASE("build: the wait gives up after a bounded time, and says how to go on") {
  FakeFactory factory;
  Queue(&factory, v1::OUTCOME_COMPATIBLE);
  for (int i = 0; i < 1000; ++i) {
    factory.builds.watches.push_back({{}, {grpc::StatusCode::UNAVAILABLE, "refused"}});
  }
  const CliRun run = factory.Run(BuildArgs({"--wait"}));
  CHECK(run.code == 3);
  CHECK(Has(run.err, "error: no control plane answers at 127.0.0.1:7400"));
  CHECK(Has(run.err, std::string("lif cancel ") + kBuildA));
  CHECK(factory.builds.watch_requests.size() < 1000);
}

TEST_CASE("build: an error that won't pass ends the wait at once") {
  FakeFactory factory;
  Queue(&factory, v1::OUTCOME_COMPATIBLE);
  factory.builds.watches.push_back({{}, ToGrpcStatus(absl::NotFoundError("no build"))});
  const CliRun run = factory.Run(BuildArgs({"--wait"}));
  CHECK(run.code == 2);
  CHECK(factory.builds.watch_requests.size() == 1);
  CHECK(Has(run.err, "error: no build\n"));
}

TEST_CASE("build: Ctrl-C leaves the build running and says how to follow or stop it") {
  FakeFactory factory;
  Queue(&factory, v1::OUTCOME_COMPATIBLE);
  factory.builds.watches.push_back({{Event(kBuildA, v1::BUILD_STATE_RUNNING, "build")},
                                    grpc::Status::OK,
                                    [&] { factory.interrupt.request_stop(); },
                                    /*hang=*/true});
  const CliRun run = factory.Run(BuildArgs({"--wait"}));
  CHECK(run.code == 130);
  CHECK(Has(run.err, "interrupted; the build goes on"));
  CHECK(Has(run.err, std::string("lif logs -f ") + kBuildA));
  CHECK(Has(run.err, std::string("lif cancel ") + kBuildA));
}

TEST_CASE("build: a submit is tried again with the same request ID when the server says when") {
  FakeFactory factory;
  Queue(&factory, v1::OUTCOME_COMPATIBLE);
  factory.builds.submit_failures.push_back(ToGrpcStatus(
      WithRetryAfter(absl::UnavailableError("Redis does not answer"), absl::Seconds(1))));
  const CliRun run = factory.Run(BuildArgs());
  CHECK(run.code == 0);
  REQUIRE(factory.builds.submits.size() == 2);
  CHECK(factory.builds.submits[0].request_id() == factory.builds.submits[1].request_id());
  CHECK(Has(run.err, "! Redis does not answer; trying again in 1.00s\n"));
}

TEST_CASE("build: a submit that stays refused is an error with its retry hint") {
  FakeFactory factory;
  for (int i = 0; i < 3; ++i) {
    factory.builds.submit_failures.push_back(
        ToGrpcStatus(absl::UnavailableError("Redis does not answer")));
  }
  const CliRun run = factory.Run(BuildArgs());
  CHECK(run.code == 3);
  CHECK(factory.builds.submits.size() == 3);
  CHECK(Has(run.err, "error: Redis does not answer\n  try again in 2.00s\n"));
}

TEST_CASE("build: JSON holds the submit's answer and the records") {
  FakeFactory factory;
  Queue(&factory, v1::OUTCOME_COMPATIBLE);
  factory.builds.watches.push_back({{LastEvent(kBuildA, v1::OUTCOME_COMPATIBLE)}});
  CliRun run = factory.Run(BuildArgs({"--wait", "--output", "json"}));
  CHECK(run.code == 0);
  auto json = nlohmann::json::parse(run.out);
  REQUIRE(json["builds"].size() == 1);
  CHECK(json["builds"][0]["disposition"] == "queued");
  CHECK(json["builds"][0]["record"]["outcome"] == "compatible");
  CHECK(json["builds"][0]["record"]["steps_run"] == 9);

  run = factory.Run(BuildArgs({"--output=json"}));
  json = nlohmann::json::parse(run.out);
  CHECK(json["builds"][0]["record"].is_null());
}

TEST_CASE("build: on a terminal the progress is redrawn and cleared") {
  FakeFactory factory;
  factory.live_terminal = true;
  Queue(&factory, v1::OUTCOME_COMPATIBLE);
  factory.builds.watches.push_back(
      {{Event(kBuildA, v1::BUILD_STATE_RUNNING, "build", "[core 1/1] RUN a", 0, 1),
        Event(kBuildA, v1::BUILD_STATE_RUNNING, "push"),
        LastEvent(kBuildA, v1::OUTCOME_COMPATIBLE)}});
  const CliRun run = factory.Run(BuildArgs({"--wait"}));
  CHECK(run.code == 0);
  CHECK(Has(run.err, "✓ [core 1/1] RUN a"));
  CHECK(Has(run.err, "✓ push"));
  CHECK(run.err.substr(run.err.size() - 6) == "\x1b[?25h");
  CHECK_FALSE(Has(run.out, "\x1b"));
}

TEST_CASE("build: --timeout leaves builds running") {
  FakeFactory factory;
  Queue(&factory, v1::OUTCOME_COMPATIBLE);
  factory.builds.watches.push_back({{Event(kBuildA, v1::BUILD_STATE_RUNNING, "build")},
                                    grpc::Status::OK,
                                    [&] { factory.clock.Sleep(absl::Seconds(11), {}); },
                                    /*hang=*/true});
  const CliRun run = factory.Run(BuildArgs({"--wait", "--timeout", "10s"}));
  CHECK(run.code == 3);
  CHECK(Has(run.err, "error: not over after 10.0s; the build goes on\n"));
}

}  // namespace
}  // namespace lif
