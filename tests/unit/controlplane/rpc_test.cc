#include "controlplane/rpc.h"

#include <stdexcept>

#include "tests/support/catch.h"
#include "tests/unit/controlplane/fixture.h"

namespace lif {
namespace {

TEST_CASE("what a call throws is INTERNAL, without the exception's text", "[rpc]") {
  FakeClock clock;
  std::string logged;
  LogOptions options;
  options.sink = [&](std::string_view line) { logged += std::string(line) + "\n"; };
  RpcRunner runner({clock, std::stop_token(), Logger(options)});
  const grpc::Status status = runner.Run("GetBuild", RpcKind::kUnary, []() -> absl::Status {
    throw std::runtime_error("secret detail");
  });
  CHECK(status.error_code() == grpc::StatusCode::INTERNAL);
  CHECK(status.error_message().find("secret") == std::string::npos);
  CHECK(status.error_message().find("GetBuild") == 0);
  CHECK(logged.find("secret detail") != std::string::npos);
  CHECK(runner.Run("GetBuild", RpcKind::kUnary, []() -> absl::Status { throw 7; }).error_code() ==
        grpc::StatusCode::INTERNAL);
}

TEST_CASE("streams are bounded, apart from unary calls, with a clear refusal", "[rpc]") {
  RpcLimits limits;
  limits.max_streams = 2;
  ControlPlane plane(limits);
  const std::string build_id = plane.SubmitOne("py-api").build_id();
  v1::WatchBuildsRequest request;
  request.add_build_ids(build_id);
  v1::WatchBuildsResponse response;
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<v1::WatchBuildsResponse>>> readers;
  for (int i = 0; i < 2; ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    readers.push_back(plane.build->WatchBuilds(contexts.back().get(), request));
    REQUIRE(readers.back()->Read(&response));
  }
  grpc::ClientContext refused_context;
  const auto refused = plane.build->WatchBuilds(&refused_context, request);
  CHECK_FALSE(refused->Read(&response));
  const grpc::Status status = refused->Finish();
  CHECK(status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
  CHECK(ReasonIn(status) == "REPLICA_BUSY");
  CHECK(status.error_message().find("2 streams") != std::string::npos);
  CHECK(plane.SubmitOne("py-api").disposition() == v1::DISPOSITION_JOINED);

  // A client that leaves makes room at the next poll.
  contexts[0]->TryCancel();
  readers[0]->Finish();
  grpc::Status again = status;
  while (again.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
    plane.clock.Advance(absl::Milliseconds(200));
    grpc::ClientContext context;
    const auto reader = plane.build->WatchBuilds(&context, request);
    again = reader->Read(&response) ? grpc::Status::OK : reader->Finish();
    context.TryCancel();
  }
  CHECK(again.ok());
}

TEST_CASE("a request over the size limit is refused by the server", "[rpc]") {
  ControlPlane plane;
  v1::SubmitBuildsRequest request;
  request.add_builds()->set_manifest_id(std::string(5 << 20, 'x'));
  v1::SubmitBuildsResponse response;
  CHECK(plane.Submit(request, &response).error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
}

}  // namespace
}  // namespace lif
