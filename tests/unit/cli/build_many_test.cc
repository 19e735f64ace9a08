// lif build of many manifests: by filter, by list, in batches, and what is told of them.
#include <nlohmann/json.hpp>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/cli/fake_factory.h"

namespace lif {
namespace {

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

int CountOf(const std::string& text, const std::string& part) {
  int count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// Manifests m-0, m-1, … of two platforms are published.
void Publish(FakeFactory* factory, int count) {
  for (int i = 0; i < count; ++i) {
    v1::ManifestSummary* manifest = factory->catalog.list_reply.add_manifests();
    manifest->set_id(absl::StrCat("m-", i));
    manifest->add_platforms("linux/amd64");
    manifest->add_platforms("linux/arm64");
  }
}

std::string BuildId(int i) {
  const std::string number = absl::StrCat(i);
  return "01HZX0000000000000000" + std::string(5 - number.size(), '0') + number;
}

v1::SubmittedBuild Answer(int i, v1::Disposition disposition) {
  return Submitted(absl::StrCat("m-", i), BuildId(i), disposition);
}

TEST_CASE("build: --all asks for what is published, in batches, each a request of its own") {
  FakeFactory factory;
  Publish(&factory, 2'501);
  *factory.builds.submit_reply.add_builds() = Answer(0, v1::DISPOSITION_QUEUED);
  factory.builds.submit_reply.set_queued(1);
  const CliRun run = factory.Run({"build", "--all", "--platform", "linux/arm64"});
  CHECK(run.code == 0);
  REQUIRE(factory.builds.submits.size() == 2);
  CHECK(factory.builds.submits[0].builds_size() == 2'500);
  CHECK(factory.builds.submits[1].builds_size() == 1);
  CHECK(factory.builds.submits[0].request_id() != factory.builds.submits[1].request_id());
  CHECK(factory.builds.submits[1].builds(0).manifest_id() == "m-2500");
  REQUIRE(factory.builds.submits[1].builds(0).platforms_size() == 1);
  CHECK(factory.builds.submits[1].builds(0).platforms(0) == "linux/arm64");
}

TEST_CASE("build: no batch is over the builds that a factory takes") {
  FakeFactory factory;
  Publish(&factory, 2'000);
  std::vector<std::string> args = {"build", "--output", "json"};
  for (int i = 0; i < 1'500; ++i) {
    args.push_back("--manifest-id");
    args.push_back(absl::StrCat("m-", i));
  }
  for (int i = 0; i < 8; ++i) {
    args.push_back("--platform");
    args.push_back(absl::StrCat("linux/p", i));
  }
  *factory.builds.submit_reply.add_builds() = Answer(0, v1::DISPOSITION_QUEUED);
  factory.builds.submit_reply.set_queued(1);
  const CliRun run = factory.Run(args);
  REQUIRE(factory.builds.submits.size() == 2);
  CHECK(factory.builds.submits[0].builds_size() == 1'250);
  CHECK(factory.builds.submits[1].builds_size() == 250);
  // The answers are told as one.
  CHECK(nlohmann::json::parse(run.out)["queued"] == 2);
}

TEST_CASE("build: a batch that fails tells what was taken before it") {
  FakeFactory factory;
  Publish(&factory, 2'501);
  factory.builds.submit_failures = {grpc::Status::OK,
                                    {grpc::StatusCode::RESOURCE_EXHAUSTED, "the queue is full"}};
  const CliRun run = factory.Run({"build", "--all"});
  CHECK(run.code != 0);
  CHECK(Has(run.err, "the queue is full; the builds of 2500 of 2501 manifests were taken before"));
}

TEST_CASE("build: a list names the manifests, and a wrong line is named") {
  const TemporaryDirectory directory;
  const std::string list = directory.path() + "/list";
  std::ofstream(list) << "# ours\nm-1\n\nm-0  # first\nm-1\n";
  FakeFactory factory;
  *factory.builds.submit_reply.add_builds() = Answer(0, v1::DISPOSITION_QUEUED);
  CHECK(factory.Run({"build", "--file", list}).code == 0);
  REQUIRE(factory.builds.submits.size() == 1);
  REQUIRE(factory.builds.submits[0].builds_size() == 2);
  CHECK(factory.builds.submits[0].builds(0).manifest_id() == "m-1");
  CHECK(factory.builds.submits[0].builds(1).manifest_id() == "m-0");

  std::ofstream(list) << "m-1\nNOT AN ID\n";
  const CliRun run = factory.Run({"build", "--file", list});
  CHECK(run.code == 2);
  CHECK(Has(run.err, list + ":2: "));
  CHECK(factory.builds.submits.size() == 1);
}

TEST_CASE("build: manifests are named in one way") {
  FakeFactory factory;
  CliRun run = factory.Run({"build"});
  CHECK(run.code == 2);
  CHECK(Has(run.err, "--manifest-id ID, --all, --match GLOB"));
  run = factory.Run({"build", "--all", "--manifest-id", "m-0"});
  CHECK(run.code == 2);
  run = factory.Run({"build", "--all", "--local", "--catalog", "."});
  CHECK(Has(run.err, "--local builds manifests named with --manifest-id"));
  CHECK(factory.builds.submits.empty());
}

TEST_CASE("build: of many builds it tells counts, and each reason why one is invalid once") {
  FakeFactory factory;
  Publish(&factory, 100);
  v1::SubmitBuildsResponse& reply = factory.builds.submit_reply;
  for (int i = 0; i < 100; ++i) {
    const v1::Disposition disposition = i < 60   ? v1::DISPOSITION_QUEUED
                                        : i < 70 ? v1::DISPOSITION_JOINED
                                        : i < 95 ? v1::DISPOSITION_REUSED
                                                 : v1::DISPOSITION_INVALID;
    v1::SubmittedBuild* build = reply.add_builds();
    *build = Answer(i, disposition);
    if (i >= 95) build->set_reason("does not offer it");
    if (disposition == v1::DISPOSITION_REUSED) build->set_outcome(v1::OUTCOME_COMPATIBLE);
  }
  reply.set_queued(60);
  reply.set_joined(10);
  reply.set_reused(25);
  reply.set_invalid(5);
  const CliRun run = factory.Run({"build", "--all"});
  CHECK(run.code == 2);
  CHECK(Has(run.out, "PLATFORM     BUILDS  REUSED  JOINED  QUEUED  INVALID"));
  CHECK(Has(run.out, "linux/amd64     100      25      10      60        5"));
  CHECK(CountOf(run.out, "does not offer it") == 1);
  CHECK(Has(run.out, "m-95 on linux/amd64 and 4 more: does not offer it"));
  CHECK(CountOf(run.out + run.err, "\n") < 12);
}

TEST_CASE("build: of many that were waited for it tells how they ended, and what failed") {
  FakeFactory factory;
  Publish(&factory, 60);
  ScriptedStream<v1::WatchBuildsResponse> watch;
  for (int i = 0; i < 60; ++i) {
    const v1::Outcome outcome = i == 7 ? v1::OUTCOME_FAILED : v1::OUTCOME_COMPATIBLE;
    *factory.builds.submit_reply.add_builds() = Answer(i, v1::DISPOSITION_QUEUED);
    factory.records.records[BuildId(i)] = RecordOf(absl::StrCat("m-", i), BuildId(i), outcome);
    watch.responses.push_back(LastEvent(BuildId(i), outcome));
  }
  factory.builds.watches.push_back(watch);
  const CliRun run = factory.Run({"build", "--all", "--wait"});
  CHECK(run.code == 1);
  CHECK(Has(run.out, "compatible      59"));
  CHECK(Has(run.out, "failed           1"));
  CHECK(CountOf(run.out, "m-") == 1);
  CHECK(Has(run.out, "m-7 "));
}

TEST_CASE("build: --validate-only queues nothing and says what would be built") {
  FakeFactory factory;
  v1::SubmittedBuild* build = factory.builds.submit_reply.add_builds();
  *build = Submitted("web", "", v1::DISPOSITION_QUEUED);
  build->set_reason("2 layers to build: core python3@1.1.0, app web@2.0.0");
  const CliRun run = factory.Run({"build", "--manifest-id", "web", "--validate-only"});
  CHECK(run.code == 0);
  REQUIRE(factory.builds.submits.size() == 1);
  CHECK(factory.builds.submits[0].validate_only());
  CHECK(Has(run.out, "2 layers to build: core python3@1.1.0, app web@2.0.0"));
  CHECK_FALSE(Has(run.err, "follow with"));
  CHECK(factory.Run({"build", "--manifest-id", "web", "--validate-only", "--wait"}).code == 2);
}

}  // namespace
}  // namespace lif
