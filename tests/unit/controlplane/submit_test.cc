#include "tests/support/catch.h"
#include "tests/unit/controlplane/fixture.h"

namespace lif {
namespace {

v1::SubmitBuildsRequest Request(const std::vector<std::string>& manifests,
                                const std::vector<std::string>& platforms = {}) {
  v1::SubmitBuildsRequest request;
  for (const std::string& manifest : manifests) {
    v1::BuildRequest* build = request.add_builds();
    build->set_manifest_id(manifest);
    for (const std::string& platform : platforms) build->add_platforms(platform);
  }
  return request;
}

TEST_CASE("a new build is queued, then joined, then reused", "[submit]") {
  ControlPlane plane;
  plane.RegisterExecutor("executor-1", "amd64");
  const v1::SubmittedBuild first = plane.SubmitOne("py-api");
  CHECK(first.disposition() == v1::DISPOSITION_QUEUED);
  CHECK(first.build_id().size() == 26);
  CHECK(first.build_key().size() == 64);
  CHECK(first.generation() == 1);
  CHECK(first.pool() == "amd64");
  CHECK(first.reason() ==
        "nothing is recorded for its build key; 2 layers to build: security ca-roots@1.0.0, app "
        "python-web@1.0.0");

  const v1::SubmittedBuild second = plane.SubmitOne("py-api");
  CHECK(second.disposition() == v1::DISPOSITION_JOINED);
  CHECK(second.build_id() == first.build_id());

  plane.Finish(plane.Claim(), Outcome::kCompatible);
  const v1::SubmittedBuild third = plane.SubmitOne("py-api");
  CHECK(third.disposition() == v1::DISPOSITION_REUSED);
  CHECK(third.build_id() == first.build_id());
  CHECK(third.outcome() == v1::OUTCOME_COMPATIBLE);
  CHECK(third.reason() ==
        "build " + first.build_id() + " was compatible; --rerun always builds it again");
  CHECK(plane.queue.ListJobs({}).value().size() == 3);  // two layers and the image
}

TEST_CASE("without platforms every platform offered is built, each under its own key", "[submit]") {
  ControlPlane plane;
  plane.RegisterExecutor("executor-1", "amd64");
  v1::SubmitBuildsResponse response;
  RequireOk(plane.Submit(Request({"py-api", "nginx-site", "gpu-report"}), &response));
  REQUIRE(response.builds_size() == 4);
  CHECK(response.builds(0).platform() == "linux/amd64");
  CHECK(response.builds(1).platform() == "linux/arm64");
  CHECK(response.builds(0).build_key() != response.builds(1).build_key());
  CHECK(response.builds(1).pool() == "arm64");
  CHECK(response.builds(2).manifest_id() == "nginx-site");
  CHECK(response.builds(3).pool() == "gpu");
  CHECK(response.queued() == 4);
  REQUIRE(response.warnings_size() == 2);
  CHECK(response.warnings(0) ==
        "no registered executor serves pool arm64: 1 build waits until one is started, with "
        "lif-executor --platform linux/arm64 --pool arm64");
  CHECK(response.warnings(1) ==
        "no registered executor serves pool gpu: 1 build waits until one is started, with "
        "lif-executor --platform linux/amd64 --pool gpu");
}

TEST_CASE("one invalid build does not stop the others", "[submit]") {
  ControlPlane plane;
  v1::SubmitBuildsRequest request = Request({"py-apj", "nginx-site"}, {"linux/arm64"});
  request.mutable_builds(1)->add_platforms("linux/amd64");
  request.mutable_builds(1)->add_platforms("windows/amd64");
  request.add_builds()->set_manifest_id("NOT AN ID");
  v1::SubmitBuildsResponse response;
  RequireOk(plane.Submit(request, &response));
  REQUIRE(response.builds_size() == 5);
  CHECK(response.builds(0).invalid_code() == "MANIFEST_NOT_FOUND");
  CHECK(response.builds(0).reason().find("py-api") != std::string::npos);
  CHECK(response.builds(1).invalid_code() == "PLATFORM_NOT_OFFERED");
  CHECK(response.builds(1).reason() ==
        "manifest 'nginx-site' does not offer linux/arm64; it offers linux/amd64");
  CHECK(response.builds(2).disposition() == v1::DISPOSITION_QUEUED);
  CHECK(response.builds(3).invalid_code() == "PLATFORM_MALFORMED");
  CHECK(response.builds(4).invalid_code() == "MANIFEST_ID_MALFORMED");
  CHECK(response.invalid() == 4);
  CHECK(response.queued() == 1);
}

TEST_CASE("the same build asked for twice in a request is one job", "[submit]") {
  ControlPlane plane;
  v1::SubmitBuildsResponse response;
  RequireOk(plane.Submit(Request({"py-api", "py-api"}, {"linux/amd64"}), &response));
  REQUIRE(response.builds_size() == 2);
  CHECK(response.builds(0).build_id() == response.builds(1).build_id());
  CHECK(plane.queue.ListJobs({}).value().size() == 3);
  CHECK(plane.catalog.reads() == 4);  // the index of all that is published
}

TEST_CASE("rerun policies decide what an earlier outcome is worth", "[submit]") {
  struct Case {
    Outcome outcome;
    v1::RerunPolicy policy;
    bool reused;
  };
  const auto c = [](Outcome outcome, v1::RerunPolicy policy, bool reused) {
    return Case{outcome, policy, reused};
  };
  for (const Case& test : {
           c(Outcome::kCompatible, v1::RERUN_POLICY_DEFAULT, true),
           c(Outcome::kIncompatible, v1::RERUN_POLICY_DEFAULT, true),
           c(Outcome::kFailed, v1::RERUN_POLICY_DEFAULT, false),
           c(Outcome::kError, v1::RERUN_POLICY_DEFAULT, false),
           c(Outcome::kCancelled, v1::RERUN_POLICY_UNSPECIFIED, false),
           c(Outcome::kFailed, v1::RERUN_POLICY_NEVER, true),
           c(Outcome::kError, v1::RERUN_POLICY_NEVER, true),
           c(Outcome::kCompatible, v1::RERUN_POLICY_IF_FAILED, true),
           c(Outcome::kIncompatible, v1::RERUN_POLICY_IF_FAILED, false),
           c(Outcome::kCompatible, v1::RERUN_POLICY_ALWAYS, false),
       }) {
    ControlPlane plane;
    const v1::SubmittedBuild first = plane.SubmitOne("py-api");
    plane.Finish(plane.Claim(), test.outcome);
    const v1::SubmittedBuild second = plane.SubmitOne("py-api", test.policy);
    INFO(OutcomeName(test.outcome) << " with policy " << test.policy);
    CHECK((second.disposition() == v1::DISPOSITION_REUSED) == test.reused);
    CHECK(second.generation() == (test.reused ? 1 : 2));
    CHECK((second.build_id() == first.build_id()) == test.reused);
    CHECK(second.build_key() == first.build_key());
  }
}

TEST_CASE("a job that is being stopped is not joined: the next generation is queued", "[submit]") {
  ControlPlane plane;
  const v1::SubmittedBuild first = plane.SubmitOne("py-api");
  REQUIRE(plane.queue.Cancel(first.build_id(), "default").ok());
  const v1::SubmittedBuild second = plane.SubmitOne("py-api");
  CHECK(second.disposition() == v1::DISPOSITION_QUEUED);
  CHECK(second.generation() == 2);
  CHECK(second.build_id() != first.build_id());
}

TEST_CASE("a batch is one look-up", "[submit]") {
  ControlPlane plane;
  v1::SubmitBuildsRequest request;
  for (int i = 0; i < 200; ++i)
    *request.add_builds() = Request({"py-api"}, {"linux/amd64"}).builds(0);
  v1::SubmitBuildsResponse response;
  RequireOk(plane.Submit(request, &response));
  CHECK(response.builds_size() == 200);
  CHECK(plane.records.lookups() == 2);  // of builds, of layers
  CHECK(plane.ledger.lookups() == 1);
  CHECK(plane.catalog.reads() == 4);
}

TEST_CASE("thousands of manifests are read in batches, and unknown ones don't cost a search each",
          "[submit]") {
  ControlPlane plane;
  v1::SubmitBuildsRequest request = Request({"py-api", "nginx-site"}, {"linux/amd64"});
  for (int i = 0; i < 4'000; ++i) {
    *request.add_builds() = Request({"py-ap" + std::to_string(i)}, {"linux/amd64"}).builds(0);
  }
  v1::SubmitBuildsResponse response;
  RequireOk(plane.Submit(request, &response));
  CHECK(response.queued() == 2);
  CHECK(response.invalid() == 4'000);
  CHECK(response.builds(2).reason().find("'py-api'") != std::string::npos);
  CHECK(response.builds(100).reason() == "no manifest 'py-ap98'");
  CHECK(plane.catalog.reads() == 4'000 + 4);
  CHECK(plane.catalog.calls() == 32 + 3);  // the index asks for a version, twice, and manifests
}

TEST_CASE("requests out of bounds are refused with every field named", "[submit]") {
  ControlPlane plane;
  v1::SubmitBuildsResponse response;
  v1::SubmitBuildsRequest request;
  request.set_priority(11);
  request.set_tenant("No Such Tenant");
  request.set_request_id("short");
  request.mutable_queue_ttl()->set_seconds(-1);
  const grpc::Status status = plane.Submit(request, &response);
  CHECK(status.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
  CHECK(FieldsIn(status) ==
        std::vector<std::string>{"builds", "priority", "tenant", "queue_ttl", "request_id"});
  CHECK(status.error_message().find("builds: is empty") == 0);

  v1::SubmitBuildsRequest platforms =
      Request({"py-api"}, std::vector<std::string>(9, "linux/amd64"));
  CHECK(FieldsIn(plane.Submit(platforms, &response)) ==
        std::vector<std::string>{"builds[0].platforms"});
}

TEST_CASE("a hundred thousand builds in a request are refused before anything is read",
          "[submit]") {
  ControlPlane plane;
  v1::SubmitBuildsRequest request;
  for (int i = 0; i < 100'000; ++i) request.add_builds()->set_manifest_id("py-api");
  v1::SubmitBuildsResponse response;
  const grpc::Status status = plane.Submit(request, &response);
  CHECK(status.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
  CHECK(status.error_message() ==
        "builds: asks for 100000 builds; at most 10000 are allowed in one request: split it");
  CHECK(plane.catalog.reads() == 0);
}

TEST_CASE("the answer to the largest request is within what a client receives", "[submit]") {
  ControlPlane plane;
  v1::SubmitBuildsRequest request;
  for (int i = 0; i < 10'000; ++i) {
    v1::BuildRequest* build = request.add_builds();
    build->set_manifest_id("nginx-site");
    build->add_platforms(std::string(90, 'x') + "/" + std::to_string(i));
  }
  v1::SubmitBuildsResponse response;
  RequireOk(plane.Submit(request, &response));
  CHECK(response.invalid() == 10'000);
  CHECK(response.ByteSizeLong() < (4 << 20));
  CHECK(response.builds(9'999).reason().find("xxx") != std::string::npos);
}

TEST_CASE("validate_only answers and queues nothing", "[submit]") {
  ControlPlane plane;
  v1::SubmitBuildsRequest request = Request({"py-api"}, {"linux/amd64"});
  request.set_validate_only(true);
  v1::SubmitBuildsResponse response;
  RequireOk(plane.Submit(request, &response));
  CHECK(response.builds(0).disposition() == v1::DISPOSITION_QUEUED);
  CHECK(response.builds(0).build_id().empty());
  CHECK(plane.queue.ListJobs({}).value().empty());
}

TEST_CASE("reject_unschedulable refuses what no executor serves", "[submit]") {
  ControlPlane plane;
  plane.RegisterExecutor("executor-1", "amd64");
  v1::SubmitBuildsRequest request = Request({"py-api"});
  request.set_reject_unschedulable(true);
  v1::SubmitBuildsResponse response;
  RequireOk(plane.Submit(request, &response));
  CHECK(response.builds(0).disposition() == v1::DISPOSITION_QUEUED);
  CHECK(response.builds(1).invalid_code() == "UNSCHEDULABLE");
  CHECK(response.warnings().empty());
}

TEST_CASE("a store that is away answers UNAVAILABLE with a time to retry, and recovers",
          "[submit]") {
  ControlPlane plane;
  const absl::Status away = absl::UnavailableError("the store is away");
  v1::SubmitBuildsResponse response;
  const auto expect_away = [&] {
    const grpc::Status status = plane.Submit(Request({"py-api"}, {"linux/amd64"}), &response);
    CHECK(status.error_code() == grpc::StatusCode::UNAVAILABLE);
    CHECK_FALSE(status.error_details().empty());
  };
  plane.catalog.SetAway(away);
  expect_away();
  plane.catalog.SetAway(absl::OkStatus());
  plane.records.SetAway(away);
  expect_away();
  plane.records.SetAway(absl::OkStatus());
  plane.queue.SetAway(away);
  expect_away();
  plane.queue.SetAway(absl::OkStatus());
  CHECK(plane.SubmitOne("py-api").disposition() == v1::DISPOSITION_QUEUED);
}

TEST_CASE("an ended job whose record is gone is submitted as the next generation", "[submit]") {
  ControlPlane plane;
  plane.SubmitOne("py-api");
  const ClaimedJob job = plane.Claim();
  REQUIRE(plane.queue.Complete({job.spec.job_id, job.token}, "compatible").ok());
  const v1::SubmittedBuild again = plane.SubmitOne("py-api");
  CHECK(again.disposition() == v1::DISPOSITION_QUEUED);
  CHECK(again.generation() == 2);
}

TEST_CASE("the tenant and the trace go with the job", "[submit]") {
  ControlPlane plane;
  v1::SubmitBuildsRequest request = Request({"py-api"}, {"linux/amd64"});
  request.set_tenant("payments");
  request.set_priority(5);
  const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  grpc::ClientContext context;
  context.AddMetadata("traceparent", trace);
  v1::SubmitBuildsResponse response;
  RequireOk(plane.build->SubmitBuilds(&context, request, &response));
  const ClaimedJob job = plane.Claim();
  CHECK(job.tenant == "payments");
  CHECK(job.spec.traceparent == trace);
  CHECK(plane.queue.GetJob(job.spec.build_id).value().priority == 5);
}

}  // namespace
}  // namespace lif
