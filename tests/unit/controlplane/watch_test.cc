#include "tests/support/catch.h"
#include "tests/unit/controlplane/fixture.h"

namespace lif {
namespace {

constexpr absl::Duration kPeriod = absl::Milliseconds(200);

// A watch whose polls the test drives.
class Watch {
 public:
  Watch(ControlPlane& plane, const std::vector<std::string>& build_ids) : plane_(plane) {
    v1::WatchBuildsRequest request;
    for (const std::string& build_id : build_ids) request.add_build_ids(build_id);
    reader_ = plane_.build->WatchBuilds(&context_, request);
  }
  ~Watch() { context_.TryCancel(); }

  // The next event; polls as often as it takes.
  v1::BuildEvent Next() {
    v1::WatchBuildsResponse response;
    REQUIRE(reader_->Read(&response));
    return response.event();
  }
  void Poll() {
    plane_.clock.AwaitSleepers(1);
    plane_.clock.Advance(kPeriod);
  }
  grpc::Status Finish() {
    v1::WatchBuildsResponse response;
    CHECK_FALSE(reader_->Read(&response));
    return reader_->Finish();
  }
  grpc::ClientContext& context() { return context_; }

 private:
  ControlPlane& plane_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchBuildsResponse>> reader_;
};

TEST_CASE("a watch tells the state now, each change, and the end", "[watch]") {
  ControlPlane plane;
  plane.HaveLayers("py-api");
  const std::string build_id = plane.SubmitOne("py-api").build_id();
  Watch watch(plane, {build_id, build_id});
  v1::BuildEvent event = watch.Next();
  CHECK(event.build_id() == build_id);
  CHECK(event.manifest_id() == "py-api");
  CHECK(event.state() == v1::BUILD_STATE_QUEUED);
  CHECK_FALSE(event.last());

  plane.clock.AwaitSleepers(1);
  const ClaimedJob job = plane.Claim();
  watch.Poll();
  event = watch.Next();
  CHECK(event.state() == v1::BUILD_STATE_RUNNING);
  CHECK(event.executor() == "executor-1");
  CHECK(event.attempt() == 1);

  plane.clock.AwaitSleepers(1);
  JobProgress progress;
  progress.stage = "build";
  progress.step = 1;
  progress.steps = 4;
  progress.step_name = "[base 1/1] FROM debian";
  REQUIRE(plane.queue.ReportProgress({job.spec.job_id, job.token}, progress).ok());
  watch.Poll();
  event = watch.Next();
  CHECK(event.stage() == "build");
  CHECK(event.step().total() == 4);

  // The log grows: nothing that a watcher sees. Then the build ends.
  plane.clock.AwaitSleepers(1);
  progress.log_bytes = 5000;
  REQUIRE(plane.queue.ReportProgress({job.spec.job_id, job.token}, progress).ok());
  watch.Poll();
  plane.clock.AwaitSleepers(1);
  plane.Finish(job, Outcome::kIncompatible);
  watch.Poll();
  event = watch.Next();
  CHECK(event.last());
  CHECK(event.state() == v1::BUILD_STATE_DONE);
  CHECK(event.outcome() == v1::OUTCOME_INCOMPATIBLE);
  CHECK(event.failure().command() == "RUN false");
  CHECK(event.image().find("@sha256:") != std::string::npos);
  RequireOk(watch.Finish());
}

TEST_CASE("a build that is over is told at once, with its end", "[watch]") {
  ControlPlane plane;
  const std::string build_id = plane.SubmitOne("py-api").build_id();
  plane.Finish(plane.Claim(), Outcome::kCompatible);
  Watch watch(plane, {build_id});
  const v1::BuildEvent event = watch.Next();
  CHECK(event.last());
  CHECK(event.outcome() == v1::OUTCOME_COMPATIBLE);
  CHECK_FALSE(event.has_failure());
  RequireOk(watch.Finish());
}

TEST_CASE("a watch ends when the last of its builds is over", "[watch]") {
  ControlPlane plane;
  const std::string first = plane.SubmitOne("py-api").build_id();
  const std::string second = plane.SubmitOne("nginx-site").build_id();
  Watch watch(plane, {first, second});
  CHECK(watch.Next().build_id() == first);
  CHECK(watch.Next().build_id() == second);
  plane.clock.AwaitSleepers(1);
  plane.Finish(plane.Claim(), Outcome::kCompatible);
  watch.Poll();
  CHECK(watch.Next().last());
  plane.clock.AwaitSleepers(1);
  plane.Finish(plane.Claim(), Outcome::kCompatible);
  watch.Poll();
  CHECK(watch.Next().last());
  RequireOk(watch.Finish());
}

TEST_CASE("an unknown build fails the watch before anything is told", "[watch]") {
  ControlPlane plane;
  const std::string known = plane.SubmitOne("py-api").build_id();
  Watch watch(plane, {known, "01J9Z3NDEKTSV4RRFFQ69G5FAV"});
  CHECK(watch.Finish().error_code() == grpc::StatusCode::NOT_FOUND);
}

TEST_CASE("a watch of a build that the queue lost says so, after a while", "[watch]") {
  ControlPlane plane;
  const std::string build_id = plane.SubmitOne("py-api").build_id();
  Watch watch(plane, {build_id});
  watch.Next();
  plane.clock.AwaitSleepers(1);
  plane.queue.Lose(build_id);
  watch.Poll();
  watch.Poll();
  plane.clock.AwaitSleepers(1);
  plane.clock.Advance(absl::Seconds(11));
  const grpc::Status status = watch.Finish();
  CHECK(status.error_code() == grpc::StatusCode::NOT_FOUND);
  CHECK(ReasonIn(status) == "BUILD_LOST");
  CHECK(status.error_message().find("submit it again") != std::string::npos);
}

TEST_CASE("a watch survives a store that is away for a while", "[watch]") {
  ControlPlane plane;
  const std::string build_id = plane.SubmitOne("py-api").build_id();
  Watch watch(plane, {build_id});
  watch.Next();
  plane.clock.AwaitSleepers(1);
  plane.queue.SetAway(absl::UnavailableError("Redis is away"));
  for (int i = 0; i < 10; ++i) watch.Poll();
  plane.clock.AwaitSleepers(1);
  plane.queue.SetAway(absl::OkStatus());
  plane.Claim();
  watch.Poll();
  CHECK(watch.Next().state() == v1::BUILD_STATE_RUNNING);
}

TEST_CASE("a watch gives up when a store stays away, and says when to retry", "[watch]") {
  ControlPlane plane;
  const std::string build_id = plane.SubmitOne("py-api").build_id();
  Watch watch(plane, {build_id});
  watch.Next();
  plane.clock.AwaitSleepers(1);
  plane.queue.SetAway(absl::UnavailableError("Redis is away"));
  watch.Poll();
  plane.clock.AwaitSleepers(1);
  plane.clock.Advance(absl::Seconds(31));
  const grpc::Status status = watch.Finish();
  CHECK(status.error_code() == grpc::StatusCode::UNAVAILABLE);
  CHECK(status.error_message() == "Redis is away");
  CHECK_FALSE(status.error_details().empty());
}

TEST_CASE("a shutdown ends a watch with UNAVAILABLE, so that the client goes elsewhere",
          "[watch]") {
  auto plane = std::make_unique<ControlPlane>();
  const std::string build_id = plane->SubmitOne("py-api").build_id();
  grpc::ClientContext context;
  v1::WatchBuildsRequest request;
  request.add_build_ids(build_id);
  const auto reader = plane->build->WatchBuilds(&context, request);
  v1::WatchBuildsResponse response;
  REQUIRE(reader->Read(&response));
  plane->Stop();
  CHECK_FALSE(reader->Read(&response));
  const grpc::Status status = reader->Finish();
  CHECK(status.error_code() == grpc::StatusCode::UNAVAILABLE);
  CHECK(ReasonIn(status) == "SHUTTING_DOWN");
}

TEST_CASE("a watch is bounded", "[watch]") {
  ControlPlane plane;
  grpc::ClientContext context;
  v1::WatchBuildsRequest request;
  v1::WatchBuildsResponse response;
  for (int i = 0; i < 1001; ++i) request.add_build_ids("01J9Z3NDEKTSV4RRFFQ69G5FAV");
  const auto reader = plane.build->WatchBuilds(&context, request);
  CHECK_FALSE(reader->Read(&response));
  const grpc::Status status = reader->Finish();
  CHECK(status.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
  CHECK(FieldsIn(status) == std::vector<std::string>{"build_ids"});
}

}  // namespace
}  // namespace lif
