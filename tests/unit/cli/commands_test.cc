#include <nlohmann/json.hpp>

#include "common/base/grpc_status.h"
#include "tests/support/catch.h"
#include "tests/unit/cli/fake_factory.h"

namespace lif {
namespace {

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

v1::Build BuildOf(v1::BuildState state) {
  v1::Build build;
  build.set_build_id(kBuildA);
  build.set_manifest_id("web");
  build.set_platform("linux/amd64");
  build.set_state(state);
  build.set_ahead(-1);
  return build;
}

TEST_CASE("cli: errors of the command line say what was meant and where help is") {
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{"biuld"},
       "error: 'biuld' is no command of lif; did you mean 'build'?\n  see: lif --help\n"},
      {{"build"},
       "error: name manifests: --manifest-id ID, --all, --match GLOB, --module NAME[@VERSION] or "
       "--file LIST\n"},
      {{"build", "--manifest"},
       "error: '--manifest' is no option of lif build; did you mean '--manifest-id'?\n"},
      {{"logs"},
       "error: name one build: a BUILD_ID, or --manifest-id ID for the newest build of a "
       "manifest\n"},
      {{"logs", "web"},
       "error: 'web' is no build ID, which has 26 letters and digits; for a manifest write "
       "--manifest-id web\n"},
      {{"status", "--output", "xml"}, "error: --output: 'xml' should be one of table, json\n"},
      {{"catalog", "pubish"}, "error: 'pubish' is no command of lif catalog; did you mean "},
  };
  for (const auto& [args, message] : cases) {
    const CliRun run = RunAlone(args);
    CHECK(run.code == 2);
    CHECK(run.out.empty());
    CHECK(run.err.substr(0, std::string(message).size()) == message);
  }
}

TEST_CASE("cli: help names commands, and what a later version has is not there") {
  const CliRun run = RunAlone({"--help"});
  CHECK(run.code == 0);
  for (const char* command :
       {"build", "status", "logs", "cancel", "records", "evidence", "sbom", "render", "plan",
        "prewarm", "impact", "diff", "catalog", "executors", "queues"}) {
    CHECK(Has(run.out, std::string("\n  ") + command + " "));
  }
  for (const char* command : {"gc"}) {
    CHECK_FALSE(Has(run.out, std::string("\n  ") + command + " "));
  }
  CHECK(RunAlone({}).out == run.out);
  CHECK(RunAlone({"catalog"}).out == RunAlone({"catalog", "--help"}).out);
}

TEST_CASE("cli: a control plane that is not there is named, with what to do") {
  const CliRun run = RunAlone({"status", "--server", "127.0.0.1:1"});
  CHECK(run.code == 3);
  CHECK(Has(run.err, "error: no control plane answers at 127.0.0.1:1 (connection refused)\n"));
  CHECK(Has(run.err, "LIF_SERVER"));
}

TEST_CASE("cli: TLS wants a key with its certificate, and files that are there") {
  CliRun run = RunAlone({"status", "--tls-cert", "c.pem"});
  CHECK(run.code == 2);
  CHECK(Has(run.err, "--tls-cert and --tls-key go together"));
  run = RunAlone({"status", "--tls-ca", "/nonexistent/ca.pem"});
  CHECK(run.code == 2);
  CHECK(Has(run.err, "/nonexistent/ca.pem"));
}

TEST_CASE("status: the factory") {
  FakeFactory factory;
  v1::Summary* summary = factory.fleet.summary.mutable_summary();
  summary->set_factory("lif");
  summary->set_executors(1);
  summary->set_slots(2);
  summary->mutable_last_day()->set_compatible(3);
  summary->add_stores()->set_name("redis");
  summary->mutable_stores(0)->set_message("does not answer");
  *summary->add_recent() = BuildOf(v1::BUILD_STATE_RUNNING);
  const CliRun run = factory.Run({"status"});
  CHECK(run.code == 0);
  CHECK(Has(run.out, "executors  1 executor, 0 of 2 slots busy\n"));
  CHECK(Has(run.out, "last 24 h  3 compatible\n"));
  CHECK(Has(run.out, "x redis: does not answer\n"));
  CHECK(Has(run.out, kBuildA));
  CHECK(nlohmann::json::parse(factory.Run({"status", "--output", "json"}).out)["factory"] == "lif");
}

TEST_CASE("status: one build, and its exit code is its outcome's") {
  FakeFactory factory;
  v1::Build running = BuildOf(v1::BUILD_STATE_RUNNING);
  running.set_stage("build");
  running.mutable_step()->set_name("[core 1/2] RUN a");
  running.mutable_step()->set_number(1);
  running.mutable_step()->set_total(4);
  factory.builds.builds[kBuildA] = running;
  CliRun run = factory.Run({"status", kBuildA});
  CHECK(run.code == 0);
  CHECK(Has(run.out, "running  web linux/amd64"));
  CHECK(Has(run.out, "build, 1 of 4 steps\n"));
  CHECK(Has(run.out, std::string("lif cancel ") + kBuildA));

  v1::Build failed = BuildOf(v1::BUILD_STATE_DONE);
  failed.set_outcome(v1::OUTCOME_FAILED);
  failed.mutable_failure()->set_message("exit code 1");
  factory.builds.builds[kBuildA] = failed;
  run = factory.Run({"status", kBuildA});
  CHECK(run.code == 1);
  CHECK(Has(run.out, "why       exit code 1\n"));
  CHECK(Has(run.out, std::string("lif records show ") + kBuildA));

  run = factory.Run({"status", kBuildB});
  CHECK(run.code == 2);
  CHECK(Has(run.err, std::string("error: no build ") + kBuildB));
}

TEST_CASE("status: the newest build of a manifest") {
  FakeFactory factory;
  *factory.builds.list_reply.add_builds() = BuildOf(v1::BUILD_STATE_QUEUED);
  factory.builds.builds[kBuildA] = BuildOf(v1::BUILD_STATE_QUEUED);
  CliRun run = factory.Run({"status", "--manifest-id", "web", "--platform", "linux/amd64"});
  CHECK(run.code == 0);
  CHECK(factory.builds.list_request.manifest_id() == "web");
  CHECK(factory.builds.list_request.platform() == "linux/amd64");
  factory.builds.list_reply.clear_builds();
  run = factory.Run({"status", "--manifest-id", "web"});
  CHECK(run.code == 2);
  CHECK(Has(run.err, "error: no build of manifest 'web' is known\n"));
}

v1::StreamBuildLogResponse Piece(int64_t offset, const std::string& data, bool end) {
  v1::StreamBuildLogResponse piece;
  piece.set_offset(offset);
  piece.set_data(data);
  piece.set_end(end);
  return piece;
}

TEST_CASE("logs: following goes on at its offset after a lost connection") {
  FakeFactory factory;
  factory.builds.logs.push_back(
      {{Piece(0, "one\n", false)}, {grpc::StatusCode::UNAVAILABLE, "Socket closed"}});
  factory.builds.logs.push_back({{Piece(4, "tw", false), Piece(6, "o\xff\n", true)}});
  const CliRun run = factory.Run({"logs", "-f", kBuildA});
  CHECK(run.code == 0);
  CHECK(run.out == "one\ntwo\xff\n");
  REQUIRE(factory.builds.log_requests.size() == 2);
  CHECK(factory.builds.log_requests[0].follow());
  CHECK(factory.builds.log_requests[1].offset() == 4);
  CHECK(Has(run.err, "! the control plane went away; trying again\n"));
}

TEST_CASE("logs: a gap is told") {
  FakeFactory factory;
  factory.builds.logs.push_back({{Piece(100, "rest\n", true)}});
  const CliRun run = factory.Run({"logs", kBuildA});
  CHECK(run.out == "rest\n");
  CHECK(Has(run.err, "! 100 bytes of the log are gone\n"));
}

TEST_CASE("logs: a build ID in lower case is understood; an error is told once") {
  FakeFactory factory;
  factory.builds.logs.push_back({{}, ToGrpcStatus(absl::NotFoundError("no such build"))});
  const CliRun run = factory.Run({"logs", "01hzx0000000000000000000aa"});
  CHECK(run.code == 2);
  CHECK(factory.builds.log_requests[0].build_id() == kBuildA);
  CHECK(run.err == "error: no such build\n");
}

TEST_CASE("records: filters, pages and the limit") {
  FakeFactory factory;
  v1::ListRecordsResponse first, second;
  *first.add_records() = RecordOf("web", kBuildB, v1::OUTCOME_COMPATIBLE);
  first.set_next_page_token("t1");
  *second.add_records() = RecordOf("web", kBuildA, v1::OUTCOME_FAILED);
  second.mutable_records(0)->mutable_failure()->set_message("broke\nbadly");
  second.mutable_records(0)->mutable_failure()->set_module("app@1.0.0");
  factory.records.pages = {first, second};
  const CliRun run = factory.Run({"records", "--manifest-id", "web", "--outcome", "failed",
                                  "--module", "app", "--limit", "300"});
  CHECK(run.code == 0);
  REQUIRE(factory.records.list_requests.size() == 2);
  CHECK(factory.records.list_requests[0].page_size() == 200);
  CHECK(factory.records.list_requests[1].page_token() == "t1");
  CHECK(factory.records.list_requests[0].outcomes(0) == v1::OUTCOME_FAILED);
  CHECK(factory.records.list_requests[0].module() == "app");
  CHECK(run.out.find(kBuildB) < run.out.find(kBuildA));
  CHECK(Has(run.out, "app@1.0.0: broke\n"));
  CHECK(factory.Run({"records"}).err == "no record matches\n");
  CHECK(factory.Run({"records", "--limit", "0"}).code == 2);
}

TEST_CASE("records show: all of it, and JSON of the record") {
  FakeFactory factory;
  factory.records.records[kBuildA] = RecordOf("web", kBuildA, v1::OUTCOME_COMPATIBLE);
  CHECK(Has(factory.Run({"records", "show", kBuildA}).out, "build key   aaaaaaa"));
  const auto json =
      nlohmann::json::parse(factory.Run({"records", "show", kBuildA, "--output", "json"}).out);
  CHECK(json["build_id"] == kBuildA);
  CHECK(json["tags"][0] == "127.0.0.1:5000/lif/images:web-linux-amd64");
}

TEST_CASE("evidence: the log, another artifact, the list, and near matches") {
  FakeFactory factory;
  v1::Record record = RecordOf("web", kBuildA, v1::OUTCOME_COMPATIBLE);
  record.add_artifacts()->set_name("evidence.log");
  record.add_artifacts()->set_name("Dockerfile");
  factory.records.records[kBuildA] = record;
  factory.records.artifacts[std::string(kBuildA) + "/evidence.log"] = "everything that was run\n";
  factory.records.artifacts[std::string(kBuildA) + "/Dockerfile"] = "FROM x\n";
  CHECK(factory.Run({"evidence", kBuildA}).out == "everything that was run\n");
  CHECK(factory.Run({"evidence", kBuildA, "--artifact", "Dockerfile"}).out == "FROM x\n");
  CHECK(Has(factory.Run({"evidence", kBuildA, "--list"}).out, "Dockerfile"));
  const CliRun wrong = factory.Run({"evidence", kBuildA, "--artifact", "Dockerfil"});
  CHECK(wrong.code == 2);
  CHECK(Has(wrong.err, "did you mean 'Dockerfile'?\n  it has: evidence.log, Dockerfile\n"));
  const auto json =
      nlohmann::json::parse(factory.Run({"evidence", kBuildA, "--output", "json"}).out);
  CHECK(json["text"] == "everything that was run\n");
  CHECK(json["artifact"]["name"] == "evidence.log");
}

TEST_CASE("catalog: list and show") {
  FakeFactory factory;
  CHECK(Has(factory.Run({"catalog", "list"}).err, "nothing is published yet\n"));
  CHECK(Has(factory.Run({"catalog", "list", "--match", "x*"}).err, "no published manifest"));
  CHECK(factory.catalog.list_request.match() == "x*");
  factory.catalog.list_reply.add_manifests()->set_id("python-web");
  CHECK(Has(factory.Run({"catalog", "list"}).out, "python-web"));

  v1::GetManifestResponse manifest;
  manifest.mutable_manifest()->set_id("python-web");
  v1::ResolvedModule* layer = manifest.add_stack();
  layer->mutable_module()->set_name("app");
  layer->mutable_module()->set_version("1.0.0");
  (*layer->mutable_args())["B"] = "2";
  (*layer->mutable_args())["A"] = "1";
  factory.catalog.manifests["python-web"] = manifest;
  CHECK(Has(factory.Run({"catalog", "show", "--manifest-id", "python-web"}).out, "A=1 B=2"));
  const CliRun wrong = factory.Run({"catalog", "show", "--manifest-id", "python-wbe"});
  CHECK(wrong.code == 2);
  CHECK(Has(wrong.err, "did you mean 'python-web'?"));
  CHECK(factory.Run({"catalog", "show"}).code == 2);
  CHECK(factory.Run({"catalog", "show", "--module", "app"}).code == 2);
}

}  // namespace
}  // namespace lif
