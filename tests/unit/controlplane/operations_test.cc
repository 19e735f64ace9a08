// What operators do: cancel and be sure, dead letters, drain, checks.
#include <thread>

#include "common/base/ids.h"
#include "tests/support/catch.h"
#include "tests/unit/controlplane/fixture.h"

namespace lif {
namespace {

// A job that cost three executors their lives, with its record still to be written.
ClaimedJob KillThree(ControlPlane& plane) {
  ClaimedJob job;
  for (int i = 0; i < 3; ++i) {
    job = plane.Claim();
    plane.clock.Advance(absl::Seconds(31));
    REQUIRE(plane.queue.Tick().ok());
  }
  return job;
}

v1::ListDeadLettersResponse DeadLettersOf(ControlPlane& plane) {
  grpc::ClientContext context;
  v1::ListDeadLettersResponse response;
  RequireOk(plane.fleet->ListDeadLetters(&context, {}, &response));
  return response;
}

grpc::Status Retry(ControlPlane& plane, const std::string& job_id,
                   v1::RetryDeadLetterResponse* response) {
  grpc::ClientContext context;
  v1::RetryDeadLetterRequest request;
  request.set_job_id(job_id);
  return plane.fleet->RetryDeadLetter(&context, request, response);
}

TEST_CASE("a cancellation is answered once the executor has ended the work", "[operations]") {
  ControlPlane plane;
  const std::string build_id = plane.SubmitOne("py-api").build_id();
  const ClaimedJob job = plane.Claim();
  v1::CancelBuildResponse response;
  std::thread client([&] {
    grpc::ClientContext context;
    v1::CancelBuildRequest request;
    request.set_build_id(build_id);
    RequireOk(plane.build->CancelBuild(&context, request, &response));
  });
  plane.clock.AwaitSleepers(1);
  CHECK(plane.queue.GetJob(build_id)->cancel_requested);
  SECTION("which says so") {
    plane.Finish(job, Outcome::kCancelled);
    plane.clock.Advance(absl::Milliseconds(100));
    client.join();
    CHECK(response.result() == v1::CANCEL_RESULT_ENDED);
    CHECK(response.build().outcome() == v1::OUTCOME_CANCELLED);
  }
  SECTION("a verdict that came first is told") {
    plane.Finish(job, Outcome::kCompatible);
    plane.clock.Advance(absl::Milliseconds(100));
    client.join();
    CHECK(response.result() == v1::CANCEL_RESULT_ENDED);
    CHECK(response.build().outcome() == v1::OUTCOME_COMPATIBLE);
  }
  SECTION("an executor that is lost runs nothing any more") {
    plane.clock.Advance(absl::Seconds(31));
    REQUIRE(plane.queue.Tick()->reaped == 1);
    for (int i = 0; i < 200 && response.result() == 0; ++i) plane.clock.Advance(absl::Seconds(1));
    client.join();
    // The wait was over first, or the end was seen: never a claim that it had not begun.
    CHECK((response.result() == v1::CANCEL_RESULT_ENDED ||
           response.result() == v1::CANCEL_RESULT_REQUESTED));
  }
  SECTION("without a confirmation in time, the answer says that it was only asked for") {
    plane.clock.Advance(absl::Seconds(16));
    client.join();
    CHECK(response.result() == v1::CANCEL_RESULT_REQUESTED);
    CHECK(response.build().cancel_requested());
  }
}

TEST_CASE("the wait of a cancellation has bounds", "[operations]") {
  ControlPlane plane;
  grpc::ClientContext context;
  v1::CancelBuildRequest request;
  request.set_build_id(NewUlid(plane.clock.Now()));
  request.mutable_wait()->set_seconds(61);
  v1::CancelBuildResponse response;
  const grpc::Status status = plane.build->CancelBuild(&context, request, &response);
  CHECK(FieldsIn(status) == std::vector<std::string>{"wait"});
}

TEST_CASE("a dead letter is listed, and its retry is a new generation for all who waited",
          "[operations]") {
  ControlPlane plane;
  plane.SubmitOne("py-api");
  v1::SubmitBuildsRequest other;
  other.add_builds()->set_manifest_id("py-api");
  other.mutable_builds(0)->add_platforms("linux/amd64");
  other.set_tenant("other");
  v1::SubmitBuildsResponse submitted;
  RequireOk(plane.Submit(other, &submitted));
  const ClaimedJob dead = KillThree(plane);

  const v1::ListDeadLettersResponse listed = DeadLettersOf(plane);
  REQUIRE(listed.dead_letters_size() == 1);
  const v1::DeadLetter& letter = listed.dead_letters(0);
  CHECK(letter.job_id() == dead.spec.job_id);
  CHECK(letter.manifest_id() == "py-api");
  CHECK(letter.crashes() == 3);
  CHECK(letter.reason().find("each of 3 executors that held it was lost") == 0);

  v1::RetryDeadLetterResponse retried;
  RequireOk(Retry(plane, letter.job_id(), &retried));
  CHECK(retried.build().build_id() != dead.spec.build_id);
  CHECK(retried.build().generation() == 2);
  CHECK(retried.build().state() == v1::BUILD_STATE_QUEUED);
  CHECK(retried.build().tenants_size() == 2);
  CHECK(DeadLettersOf(plane).dead_letters_size() == 0);

  const grpc::Status again = Retry(plane, letter.job_id(), &retried);
  CHECK(again.error_code() == grpc::StatusCode::NOT_FOUND);
  CHECK(ReasonIn(again) == "DEAD_LETTER_NOT_FOUND");
}

TEST_CASE("a dead letter that names nothing of the catalog is only dropped", "[operations]") {
  ControlPlane plane;
  SubmitRequest forged;
  forged.request_id = NewUlid(plane.clock.Now());
  JobSpec spec;
  spec.key = std::string(64, 'a');
  spec.job_id = spec.key + ".1";
  spec.build_id = NewUlid(plane.clock.Now());
  spec.manifest_id = "py-apy";
  spec.platform = "linux/amd64";
  spec.pool = "amd64";
  forged.jobs = {spec};
  REQUIRE(plane.queue.Submit(forged).ok());
  const ClaimedJob job = plane.Claim();
  REQUIRE(plane.queue.Bury({job.spec.job_id, job.token}, "no manifest py-apy").ok());

  v1::RetryDeadLetterResponse retried;
  const grpc::Status refused = Retry(plane, spec.job_id, &retried);
  CHECK(refused.error_code() == grpc::StatusCode::FAILED_PRECONDITION);
  CHECK(refused.error_message().find("did you mean 'py-api'?") != std::string::npos);
  CHECK(refused.error_message().find("lif dead-letters drop " + spec.job_id) != std::string::npos);
  CHECK(DeadLettersOf(plane).dead_letters_size() == 1);

  v1::DropDeadLetterRequest drop;
  drop.set_job_id(spec.job_id);
  v1::DropDeadLetterResponse dropped;
  {
    grpc::ClientContext context;
    RequireOk(plane.fleet->DropDeadLetter(&context, drop, &dropped));
  }
  CHECK(DeadLettersOf(plane).dead_letters_size() == 0);
  grpc::ClientContext context;
  CHECK(ReasonIn(plane.fleet->DropDeadLetter(&context, drop, &dropped)) == "DEAD_LETTER_NOT_FOUND");
}

TEST_CASE("a layer that is a dead letter is made anew for who needs it, not by a retry",
          "[operations]") {
  ControlPlane plane;
  plane.SubmitOne("py-api");
  const ClaimedJob layer = plane.ClaimAny();
  REQUIRE(layer.spec.kind == JobKind::kLayer);
  REQUIRE(plane.queue.Bury({layer.spec.job_id, layer.token}, "not in the catalog").ok());
  v1::RetryDeadLetterResponse retried;
  const grpc::Status refused = Retry(plane, layer.spec.job_id, &retried);
  CHECK(refused.error_code() == grpc::StatusCode::FAILED_PRECONDITION);
  CHECK(refused.error_message() ==
        "job " + layer.spec.job_id +
            " can't be tried again: it is no image, and is made anew for the next build that needs "
            "it: submit that again; drop it with lif dead-letters drop " +
            layer.spec.job_id);
  const v1::SubmittedBuild again = plane.SubmitOne("py-api");
  CHECK(again.disposition() == v1::DISPOSITION_QUEUED);
  CHECK(again.generation() == 2);
  CHECK(plane.queue.FindJobs({layer.spec.key + ".2"}).value()[0].has_value());
}

TEST_CASE("dead letters come in pages", "[operations]") {
  ControlPlane plane;
  for (const char* manifest : {"py-api", "py-worker", "nginx-site"}) {
    plane.SubmitOne(manifest);
    const ClaimedJob job = plane.Claim();
    REQUIRE(plane.queue.Bury({job.spec.job_id, job.token}, "corrupt").ok());
    plane.clock.Advance(absl::Seconds(1));
  }
  v1::ListDeadLettersRequest request;
  request.set_page_size(2);
  v1::ListDeadLettersResponse first;
  v1::ListDeadLettersResponse second;
  {
    grpc::ClientContext context;
    RequireOk(plane.fleet->ListDeadLetters(&context, request, &first));
  }
  REQUIRE(first.dead_letters_size() == 2);
  CHECK(first.dead_letters(0).manifest_id() == "nginx-site");
  request.set_page_token(first.next_page_token());
  grpc::ClientContext context;
  RequireOk(plane.fleet->ListDeadLetters(&context, request, &second));
  REQUIRE(second.dead_letters_size() == 1);
  CHECK(second.dead_letters(0).manifest_id() == "py-api");
  CHECK(second.next_page_token().empty());
}

TEST_CASE("executors show what they hold, whatever their heartbeat says", "[operations]") {
  ControlPlane plane;
  plane.RegisterExecutor("executor-1", "amd64");
  const std::string build_id = plane.SubmitOne("py-api").build_id();
  plane.Claim();
  v1::DrainExecutorRequest request;
  request.set_executor_id("executor-1");
  request.set_drain(true);
  v1::DrainExecutorResponse response;
  grpc::ClientContext context;
  RequireOk(plane.fleet->DrainExecutor(&context, request, &response));
  CHECK(response.executor().draining());
  REQUIRE(response.executor().build_ids_size() == 1);
  CHECK(response.executor().build_ids(0) == build_id);
  CHECK(response.executor().slots_busy() == 1);
}

TEST_CASE("a retry that backs off says when and why", "[operations]") {
  ControlPlane plane;
  const std::string build_id = plane.SubmitOne("py-api").build_id();
  plane.RegisterExecutor("executor-1", "amd64");
  const ClaimedJob job = plane.Claim();
  REQUIRE(
      plane.queue.Fail({job.spec.job_id, job.token}, {FailureClass::kInfrastructure, "no route"})
          ->will_retry);
  grpc::ClientContext context;
  v1::GetBuildRequest request;
  request.set_build_id(build_id);
  v1::GetBuildResponse response;
  RequireOk(plane.build->GetBuild(&context, request, &response));
  CHECK(response.build().state() == v1::BUILD_STATE_DELAYED);
  CHECK(response.build().attempt() == 2);
  CHECK(response.build().max_attempts() == 3);
  CHECK(response.build().has_not_before());
  CHECK(response.build().message() == "no route");
  CHECK(response.build().waiting_reason().find("attempt 2 of 3") == 0);
}

TEST_CASE("the queue's violations and the replica's findings are answered", "[operations]") {
  ControlPlane plane;
  plane.HaveLayers("py-api");
  plane.SubmitOne("py-api");
  plane.admin.SetViolations({{"ready-set", "a.1", "gone"}, {"counters", "", "1 of 2"}});
  v1::CheckQueueRequest request;
  request.set_limit(1);
  v1::CheckQueueResponse check;
  {
    grpc::ClientContext context;
    RequireOk(plane.fleet->CheckQueue(&context, request, &check));
  }
  CHECK(check.jobs_checked() == 1);
  CHECK(check.violation_count() == 2);
  REQUIRE(check.violations_size() == 1);
  CHECK(check.violations(0).invariant() == "ready-set");

  plane.health = {{"redis", FindingState::kWarning, "appendfsync everysec", "set always"}};
  grpc::ClientContext context;
  v1::CheckHealthResponse health;
  RequireOk(plane.fleet->CheckHealth(&context, {}, &health));
  REQUIRE(health.checks_size() == 1);
  CHECK(health.checks(0).state() == v1::HEALTH_STATE_WARNING);
  CHECK(health.checks(0).remedy() == "set always");
  CHECK(!health.version().empty());
}

TEST_CASE("a request with rerun ALWAYS, sent again after the end, makes no further generation",
          "[operations]") {
  ControlPlane plane;
  plane.HaveLayers("py-api");
  v1::SubmitBuildsRequest request;
  request.set_request_id(NewUlid(plane.clock.Now()));
  request.add_builds()->set_manifest_id("py-api");
  request.mutable_builds(0)->add_platforms("linux/amd64");
  request.set_rerun(v1::RERUN_POLICY_ALWAYS);
  v1::SubmitBuildsResponse first;
  RequireOk(plane.Submit(request, &first));
  plane.Finish(plane.Claim(), Outcome::kCompatible);
  v1::SubmitBuildsResponse again;
  RequireOk(plane.Submit(request, &again));
  CHECK(again.builds(0).build_id() == first.builds(0).build_id());
  CHECK(again.builds(0).generation() == 1);
  CHECK(again.builds(0).reason() == "this request queued it before");
  CHECK(plane.queue.ListJobs({})->size() == 1);

  request.set_request_id(NewUlid(plane.clock.Now() + absl::Seconds(1)));
  RequireOk(plane.Submit(request, &again));
  CHECK(again.builds(0).generation() == 2);
}

}  // namespace
}  // namespace lif
