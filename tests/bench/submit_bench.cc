// Latency of SubmitBuilds that a record answers, at the client; beside it, interleaved on the same
// channel, the health check: the ceiling that gRPC sets.
// Usage: bench_submit SERVER MANIFEST_ID PLATFORM
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/client_unary_call.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "lif/v1/build_service.grpc.pb.h"
#include "lif/v1/fleet_service.grpc.pb.h"
#include "tests/bench/statistics.h"

namespace {

constexpr int kWarmUp = 20;
constexpr int kRounds = 1000;
constexpr auto kDeadline = std::chrono::seconds(5);

bool SubmitOnce(lif::v1::BuildService::Stub& stub, const char* manifest, const char* platform) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kDeadline);
  lif::v1::SubmitBuildsRequest request;
  auto* build = request.add_builds();
  build->set_manifest_id(manifest);
  build->add_platforms(platform);
  lif::v1::SubmitBuildsResponse response;
  grpc::Status status = stub.SubmitBuilds(&context, request, &response);
  if (status.ok() && response.reused() == 1) return true;
  std::fprintf(stderr, "submit: %s; reused %d\n", status.error_message().c_str(),
               response.reused());
  return false;
}

// A method that the server does not know: the whole way through gRPC with no work behind it.
void CallNothing(const std::shared_ptr<grpc::Channel>& channel) {
  static const grpc::internal::RpcMethod kMethod("/lif.v1.FleetService/Nothing",
                                                 grpc::internal::RpcMethod::NORMAL_RPC, channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kDeadline);
  lif::v1::GetBuildRequest request;
  lif::v1::GetBuildResponse response;
  (void)grpc::internal::BlockingUnaryCall<lif::v1::GetBuildRequest, lif::v1::GetBuildResponse,
                                          grpc::protobuf::MessageLite, grpc::protobuf::MessageLite>(
      channel.get(), kMethod, &context, request, &response);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: bench_submit SERVER MANIFEST_ID PLATFORM\n");
    return 2;
  }
  auto channel = grpc::CreateChannel(argv[1], grpc::InsecureChannelCredentials());
  auto stub = lif::v1::BuildService::NewStub(channel);
  std::vector<double> submits;
  std::vector<double> nothings;
  for (int round = -kWarmUp; round < kRounds; ++round) {
    auto start = std::chrono::steady_clock::now();
    if (!SubmitOnce(*stub, argv[2], argv[3])) return 1;
    double submit = lif::MillisecondsSince(start);
    start = std::chrono::steady_clock::now();
    CallNothing(channel);
    double nothing = lif::MillisecondsSince(start);
    if (round < 0) continue;
    submits.push_back(submit);
    nothings.push_back(nothing);
  }
  lif::PrintSamples("SubmitBuilds, reused", submits);
  lif::PrintSamples("a call that does nothing", nothings);
  return 0;
}
