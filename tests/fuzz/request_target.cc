// Requests to a control plane on fakes, over an in-process channel. The input's first line names
// the call, the rest is its request: protobuf text, or else the bytes of the wire.
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <memory>

#include "common/base/utf8.h"
#include "tests/fuzz/request_plane.h"
#include "tests/fuzz/target.h"

namespace lif {
namespace {

constexpr size_t kMaxReply = 4 << 20;
constexpr int kInputsOfAPlane = 400;  // its fakes keep what was submitted

class NoErrors : public google::protobuf::io::ErrorCollector {
  void AddError(int, int, const std::string&) override {}
};

template <typename Request>
bool Read(std::string_view text, Request* request) {
  NoErrors silence;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&silence);
  parser.SetRecursionLimit(20);
  if (!parser.ParseFromString(std::string(text), request)) {
    request->Clear();
    return request->ParseFromString(std::string(text));
  }
  // Text may hold bytes that are not UTF-8; gRPC refuses those before any code of ours.
  return Request().ParseFromString(request->SerializeAsString());
}

void CheckStatus(const grpc::Status& status) {
  if (status.ok()) return;
  const std::string what = "status " + std::to_string(status.error_code()) + ": ";
  FuzzRequire(status.error_code() != grpc::StatusCode::INTERNAL &&
                  status.error_code() != grpc::StatusCode::UNKNOWN &&
                  status.error_code() != grpc::StatusCode::DATA_LOSS &&
                  status.error_code() != grpc::StatusCode::DEADLINE_EXCEEDED,
              what + status.error_message());
  FuzzRequire(!status.error_message().empty(), what + "has words");
  FuzzRequire(status.error_message().size() <= 2048, what + "is short");
  FuzzRequire(IsValidUtf8(status.error_message()), what + "is UTF-8");
}

void SetDeadline(grpc::ClientContext* context) {
  context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
}

template <typename Stub, typename Request, typename Response>
void Unary(const std::unique_ptr<Stub>& stub,
           grpc::Status (Stub::*call)(grpc::ClientContext*, const Request&, Response*),
           std::string_view text) {
  Request request;
  if (!Read(text, &request)) return;
  grpc::ClientContext context;
  SetDeadline(&context);
  Response response;
  CheckStatus((stub.get()->*call)(&context, request, &response));
  FuzzRequire(response.ByteSizeLong() < kMaxReply, "a reply is within what a client receives");
}

template <typename Stub, typename Request, typename Response>
void Stream(const std::unique_ptr<Stub>& stub,
            std::unique_ptr<grpc::ClientReader<Response>> (Stub::*call)(grpc::ClientContext*,
                                                                        const Request&),
            std::string_view text) {
  Request request;
  if (!Read(text, &request)) return;
  grpc::ClientContext context;
  SetDeadline(&context);
  const auto reader = (stub.get()->*call)(&context, request);
  Response response;
  while (reader->Read(&response)) {
  }
  CheckStatus(reader->Finish());
}

using Build = v1::BuildService::Stub;
using Catalog_ = v1::CatalogService::Stub;
using Records = v1::RecordService::Stub;
using Fleet = v1::FleetService::Stub;

void Call(RequestPlane& plane, std::string_view name, std::string_view text) {
  if (name == "SubmitBuilds") return Unary(plane.build, &Build::SubmitBuilds, text);
  if (name == "GetBuild") return Unary(plane.build, &Build::GetBuild, text);
  if (name == "ListBuilds") return Unary(plane.build, &Build::ListBuilds, text);
  if (name == "CancelBuild") return Unary(plane.build, &Build::CancelBuild, text);
  if (name == "WatchBuilds") return Stream(plane.build, &Build::WatchBuilds, text);
  if (name == "StreamBuildLog") return Stream(plane.build, &Build::StreamBuildLog, text);
  if (name == "GetManifest") return Unary(plane.catalog, &Catalog_::GetManifest, text);
  if (name == "ListManifests") return Unary(plane.catalog, &Catalog_::ListManifests, text);
  if (name == "GetModule") return Unary(plane.catalog, &Catalog_::GetModule, text);
  if (name == "RenderDockerfile") return Unary(plane.catalog, &Catalog_::RenderDockerfile, text);
  if (name == "PlanBuilds") return Unary(plane.build, &Build::PlanBuilds, text);
  if (name == "Prewarm") return Unary(plane.build, &Build::Prewarm, text);
  if (name == "GetImpact") return Unary(plane.catalog, &Catalog_::GetImpact, text);
  if (name == "DiffBuilds") return Unary(plane.records, &Records::DiffBuilds, text);
  if (name == "GetRecord") return Unary(plane.records, &Records::GetRecord, text);
  if (name == "ListRecords") return Unary(plane.records, &Records::ListRecords, text);
  if (name == "GetArtifact") return Stream(plane.records, &Records::GetArtifact, text);
  if (name == "ListExecutors") return Unary(plane.fleet, &Fleet::ListExecutors, text);
  if (name == "DrainExecutor") return Unary(plane.fleet, &Fleet::DrainExecutor, text);
  if (name == "ListDeadLetters") return Unary(plane.fleet, &Fleet::ListDeadLetters, text);
  if (name == "RetryDeadLetter") return Unary(plane.fleet, &Fleet::RetryDeadLetter, text);
  if (name == "DropDeadLetter") return Unary(plane.fleet, &Fleet::DropDeadLetter, text);
}

}  // namespace

void FuzzOne(std::string_view input) {
  // Never destroyed at the end: what gRPC keeps of OpenSSL is gone by then.
  static RequestPlane* plane = nullptr;
  static int inputs = 0;
  if (plane == nullptr || ++inputs % kInputsOfAPlane == 0) {
    delete plane;
    plane = new RequestPlane();
  }
  const size_t end = std::min(input.find('\n'), input.size());
  Call(*plane, input.substr(0, end), input.substr(std::min(end + 1, input.size())));
}

}  // namespace lif
