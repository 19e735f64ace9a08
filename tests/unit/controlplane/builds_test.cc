#include <set>

#include "tests/support/catch.h"
#include "tests/unit/controlplane/fixture.h"

namespace lif {
namespace {

constexpr char kUnknownBuild[] = "01J9Z3NDEKTSV4RRFFQ69G5FAV";

grpc::Status Get(ControlPlane& plane, const std::string& build_id, v1::Build* build) {
  grpc::ClientContext context;
  v1::GetBuildRequest request;
  request.set_build_id(build_id);
  v1::GetBuildResponse response;
  const grpc::Status status = plane.build->GetBuild(&context, request, &response);
  *build = response.build();
  return status;
}

v1::ListBuildsResponse List(ControlPlane& plane, const v1::ListBuildsRequest& request) {
  grpc::ClientContext context;
  v1::ListBuildsResponse response;
  RequireOk(plane.build->ListBuilds(&context, request, &response));
  return response;
}

grpc::Status Cancel(ControlPlane& plane, const v1::CancelBuildRequest& request,
                    v1::CancelBuildResponse* response) {
  grpc::ClientContext context;
  return plane.build->CancelBuild(&context, request, response);
}

TEST_CASE("a build is told as it moves through the queue", "[builds]") {
  ControlPlane plane;
  const std::string build_id = plane.SubmitOne("py-api").build_id();
  v1::Build build;
  RequireOk(Get(plane, build_id, &build));
  CHECK(build.state() == v1::BUILD_STATE_WAITING);
  while (plane.queue.GetJob(build_id)->state == JobState::kWaiting) {
    plane.FinishLayer(plane.ClaimAny(), Outcome::kCompatible);
  }
  RequireOk(Get(plane, build_id, &build));
  CHECK(build.state() == v1::BUILD_STATE_QUEUED);
  CHECK(build.waiting_reason() ==
        "no registered executor serves pool amd64; start one with --pool amd64");
  plane.RegisterExecutor("executor-1", "amd64");
  RequireOk(Get(plane, build_id, &build));
  CHECK(build.waiting_reason() == "behind 0 jobs of tenant default");
  CHECK(build.tenants(0) == "default");
  CHECK(build.attempt() == 0);
  CHECK(build.ahead() == 0);

  const ClaimedJob job = plane.Claim();
  JobProgress progress;
  progress.stage = "build";
  progress.step = 3;
  progress.steps = 9;
  progress.step_name = "[app-python-web 2/3] RUN echo \xff";
  progress.cached = true;
  progress.log_bytes = 1234;
  REQUIRE(plane.queue.ReportProgress({job.spec.job_id, job.token}, progress).ok());
  RequireOk(Get(plane, build_id, &build));
  CHECK(build.state() == v1::BUILD_STATE_RUNNING);
  CHECK(build.stage() == "build");
  CHECK(build.step().number() == 3);
  CHECK(build.step().total() == 9);
  CHECK(build.step().name() == "[app-python-web 2/3] RUN echo \xef\xbf\xbd");
  CHECK(build.step().cached());
  CHECK(build.log_bytes() == 1234);
  CHECK(build.executor() == "executor-1");
  CHECK(build.attempt() == 1);

  plane.Finish(job, Outcome::kFailed);
  RequireOk(Get(plane, build_id, &build));
  CHECK(build.state() == v1::BUILD_STATE_DONE);
  CHECK(build.outcome() == v1::OUTCOME_FAILED);
  CHECK(build.failure().failure_class() == v1::FAILURE_CLASS_USER);
  CHECK(build.failure().module() == "python-web@1.0.0");
  CHECK(build.failure().fragment_line() == 7);
  CHECK(build.failure().exit_code().value() == 1);
}

TEST_CASE("a recorded build is answered while the queue is away", "[builds]") {
  ControlPlane plane;
  const std::string build_id = plane.SubmitOne("py-api").build_id();
  plane.Finish(plane.Claim(), Outcome::kCompatible);
  plane.queue.SetAway(absl::UnavailableError("Redis is away"));
  v1::Build build;
  RequireOk(Get(plane, build_id, &build));
  CHECK(build.outcome() == v1::OUTCOME_COMPATIBLE);
  CHECK(build.image().find("@sha256:") != std::string::npos);
  CHECK(Get(plane, kUnknownBuild, &build).error_code() == grpc::StatusCode::UNAVAILABLE);
}

TEST_CASE("unknown and malformed build IDs are told apart", "[builds]") {
  ControlPlane plane;
  v1::Build build;
  const grpc::Status unknown = Get(plane, kUnknownBuild, &build);
  CHECK(unknown.error_code() == grpc::StatusCode::NOT_FOUND);
  CHECK(ReasonIn(unknown) == "BUILD_NOT_FOUND");
  // Its ID is of 2024, from before the queue came back older.
  plane.admin.SetRolledBack(absl::FromUnixSeconds(1'790'000'000));
  CHECK(ReasonIn(Get(plane, kUnknownBuild, &build)) == "BUILD_LOST");
  const grpc::Status malformed = Get(plane, "py-api", &build);
  CHECK(malformed.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
  CHECK(FieldsIn(malformed) == std::vector<std::string>{"build_id"});
}

TEST_CASE("lists page over live and recorded builds, newest first, each once", "[builds]") {
  ControlPlane plane;
  std::vector<std::string> ids;
  for (int i = 0; i < 7; ++i) {
    ids.push_back(plane.SubmitOne("py-api", v1::RERUN_POLICY_ALWAYS).build_id());
    if (i < 6) plane.Finish(plane.Claim(), Outcome::kCompatible);
    plane.clock.Advance(absl::Seconds(1));
  }
  ids.push_back(plane.SubmitOne("nginx-site").build_id());
  std::vector<std::string> listed;
  v1::ListBuildsRequest request;
  request.set_page_size(3);
  int pages = 0;
  do {
    const v1::ListBuildsResponse page = List(plane, request);
    CHECK(page.builds_size() <= 3);
    for (const v1::Build& build : page.builds()) listed.push_back(build.build_id());
    request.set_page_token(page.next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  std::sort(ids.rbegin(), ids.rend());
  CHECK(listed == ids);
  CHECK(pages == 3);
}

TEST_CASE("a full page of long failures is within what a client receives", "[builds]") {
  ControlPlane plane;
  Record record;
  record.manifest_id = "py-api";
  record.platform = "linux/amd64";
  record.outcome = Outcome::kFailed;
  record.failure.command = std::string(4'096, 'c');
  record.failure.message = std::string(4'096, 'm');
  std::string build_id = "01J9Z3NDEKTSV4RRFFQ6900000";
  for (int i = 0; i < 1000; ++i) {
    record.build_id = build_id.substr(0, 22) + std::to_string(1000 + i);
    record.build_key = std::string(60, '0') + std::to_string(1000 + i);
    REQUIRE(plane.records.Commit(record).value() == CommitResult::kCommitted);
  }
  v1::ListBuildsRequest request;
  request.set_page_size(1000);
  const v1::ListBuildsResponse page = List(plane, request);
  CHECK(page.builds_size() == 1000);
  CHECK(page.ByteSizeLong() < 2'000'000);
  grpc::ClientContext context;
  v1::ListRecordsRequest records;
  records.set_page_size(500);
  v1::ListRecordsResponse listed;
  RequireOk(plane.record->ListRecords(&context, records, &listed));
  CHECK(listed.records_size() == 500);
  v1::Build whole;
  RequireOk(Get(plane, record.build_id, &whole));
  CHECK(whole.failure().message().size() == 4'096);
}

TEST_CASE("lists are of images, and of the layers below them when asked", "[builds]") {
  ControlPlane plane;
  const std::string image = plane.SubmitOne("py-api").build_id();
  const std::string other = plane.SubmitOne("nginx-site").build_id();
  const auto ids = [&plane](v1::JobKind kind) {
    v1::ListBuildsRequest request;
    request.set_kind(kind);
    const auto response = List(plane, request);
    std::set<std::string> listed;
    for (const v1::Build& build : response.builds()) listed.insert(build.build_id());
    return listed;
  };
  CHECK(ids(v1::JOB_KIND_UNSPECIFIED) == std::set<std::string>{image, other});
  CHECK(ids(v1::JOB_KIND_LAYER).size() == 2);  // live
  plane.Finish(plane.Claim(), Outcome::kCompatible);
  CHECK(ids(v1::JOB_KIND_IMAGE) == std::set<std::string>{image, other});
  const std::set<std::string> layers = ids(v1::JOB_KIND_LAYER);
  CHECK(layers.size() == 2);  // recorded
  CHECK(ids(v1::JOB_KIND_INDEX).empty());
  v1::Build layer;
  RequireOk(Get(plane, *layers.begin(), &layer));
  CHECK(layer.kind() == v1::JOB_KIND_LAYER);
  CHECK(layer.manifest_id() == "gpu-report");

  grpc::ClientContext context;
  v1::ListBuildsRequest request;
  request.set_kind(static_cast<v1::JobKind>(9));
  v1::ListBuildsResponse response;
  CHECK(FieldsIn(plane.build->ListBuilds(&context, request, &response)) ==
        std::vector<std::string>{"kind"});
}

TEST_CASE("lists filter", "[builds]") {
  ControlPlane plane;
  plane.SubmitOne("py-api");
  plane.Finish(plane.Claim(), Outcome::kFailed);
  const std::string nginx = plane.SubmitOne("nginx-site").build_id();
  v1::ListBuildsRequest request;
  request.add_states(v1::BUILD_STATE_QUEUED);
  REQUIRE(List(plane, request).builds_size() == 1);
  CHECK(List(plane, request).builds(0).build_id() == nginx);
  request.clear_states();
  request.add_states(v1::BUILD_STATE_DONE);
  CHECK(List(plane, request).builds_size() == 1);
  request.clear_states();
  request.set_manifest_id("nginx-site");
  CHECK(List(plane, request).builds_size() == 1);
  request.set_tenant("nobody");
  CHECK(List(plane, request).builds().empty());
  request.set_page_size(1001);
  request.set_page_token("?");
  grpc::ClientContext context;
  v1::ListBuildsResponse response;
  CHECK(FieldsIn(plane.build->ListBuilds(&context, request, &response)) ==
        std::vector<std::string>{"page_size", "page_token"});
}

TEST_CASE("a cancel says what it did", "[builds]") {
  ControlPlane plane;
  const std::string build_id = plane.SubmitOne("py-api").build_id();
  v1::SubmitBuildsRequest other;
  other.add_builds()->set_manifest_id("py-api");
  other.mutable_builds(0)->add_platforms("linux/amd64");
  other.set_tenant("payments");
  v1::SubmitBuildsResponse submitted;
  RequireOk(plane.Submit(other, &submitted));

  v1::CancelBuildRequest request;
  request.set_build_id(build_id);
  v1::CancelBuildResponse response;
  RequireOk(Cancel(plane, request, &response));
  CHECK(response.result() == v1::CANCEL_RESULT_LEFT);
  request.set_all_waiters(true);
  RequireOk(Cancel(plane, request, &response));
  CHECK(response.result() == v1::CANCEL_RESULT_CANCELLED);
  CHECK(response.build().state() == v1::BUILD_STATE_ENDING);

  const std::string running = plane.SubmitOne("nginx-site").build_id();
  ClaimedJob job = plane.Claim();
  while (job.end) {  // the cancelled one and its layers want their records first
    plane.Finish(job, Outcome::kCancelled);
    job = plane.Claim();
  }
  request.set_build_id(running);
  request.mutable_wait();  // 0 s
  RequireOk(Cancel(plane, request, &response));
  CHECK(response.result() == v1::CANCEL_RESULT_REQUESTED);
  CHECK(response.build().cancel_requested());
  plane.Finish(job, Outcome::kCancelled);
  RequireOk(Cancel(plane, request, &response));
  CHECK(response.result() == v1::CANCEL_RESULT_ALREADY_DONE);
  CHECK(response.build().outcome() == v1::OUTCOME_CANCELLED);

  request.set_build_id(kUnknownBuild);
  CHECK(Cancel(plane, request, &response).error_code() == grpc::StatusCode::NOT_FOUND);
  request.set_build_id("x");
  request.set_tenant("default");
  CHECK(FieldsIn(Cancel(plane, request, &response)) ==
        std::vector<std::string>{"build_id", "tenant"});
}

TEST_CASE("RPCs of later versions are refused by name", "[builds]") {
  ControlPlane plane;
  grpc::ClientContext context;
  v1::SearchPackagesResponse response;
  const grpc::Status status = plane.record->SearchPackages(&context, {}, &response);
  CHECK(status.error_code() == grpc::StatusCode::UNIMPLEMENTED);
  CHECK(status.error_message().find("SearchPackages") == 0);
  CHECK(ReasonIn(status) == "RPC_NOT_IMPLEMENTED");
}

}  // namespace
}  // namespace lif
