#include "controlplane/rpc.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/grpc_status.h"
#include "controlplane/submit_request.h"

namespace lif {
namespace {

// Counts a call for as long as it lives.
class Admission {
 public:
  Admission(std::atomic<int>& running, int limit)
      : running_(running), admitted_(running.fetch_add(1) < limit) {}
  ~Admission() { running_.fetch_sub(1); }
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;
  bool admitted() const { return admitted_; }

 private:
  std::atomic<int>& running_;
  const bool admitted_;
};

absl::Status TooMany(RpcKind kind, int limit) {
  const char* what = kind == RpcKind::kUnary ? "calls" : "streams (watches, logs, artifacts)";
  return WithRetryAfter(
      WithReason(absl::ResourceExhaustedError(
                     absl::StrCat("this replica already serves ", limit, " ", what,
                                  ", its limit; try again in a second or ask another replica")),
                 "REPLICA_BUSY"),
      absl::Seconds(1));
}

bool IsOurFault(const absl::Status& status) {
  return absl::IsInternal(status) || absl::IsUnknown(status) || absl::IsDataLoss(status);
}

}  // namespace

RpcRunner::RpcRunner(Seams seams, RpcLimits limits) : seams_(std::move(seams)), limits_(limits) {}

grpc::Status RpcRunner::Run(std::string_view rpc, RpcKind kind,
                            const std::function<absl::Status()>& body) {
  const bool unary = kind == RpcKind::kUnary;
  const int limit = unary ? limits_.max_unary : limits_.max_streams;
  const Admission admission(unary ? unary_ : streams_, limit);
  const absl::Duration begin = seams_.clock.Steady();
  const absl::Status status = admission.admitted() ? Guarded(rpc, body) : TooMany(kind, limit);
  Report(rpc, status, seams_.clock.Steady() - begin);
  return ToGrpcStatus(status);
}

absl::Status RpcRunner::Guarded(std::string_view rpc,
                                const std::function<absl::Status()>& body) const {
  try {
    return body();
  } catch (const std::exception& error) {
    seams_.logger.Error("call threw", {{"rpc", rpc}, {"error", error.what()}});
  } catch (...) {
    seams_.logger.Error("call threw", {{"rpc", rpc}, {"error", "not a std::exception"}});
  }
  return absl::InternalError(
      absl::StrCat(std::string(rpc),
                   " failed in a way that it should not; the control plane's log has the cause"));
}

void RpcRunner::Report(std::string_view rpc, const absl::Status& status,
                       absl::Duration took) const {
  if (seams_.ended) seams_.ended(rpc, status, took);
  const LogLevel level = status.ok() || absl::IsCancelled(status) ? LogLevel::kDebug
                         : IsOurFault(status)                     ? LogLevel::kError
                         : absl::IsUnavailable(status) || absl::IsResourceExhausted(status)
                             ? LogLevel::kWarn
                             : LogLevel::kInfo;
  if (!seams_.logger.Enabled(level)) return;
  if (status.ok()) {
    seams_.logger.Write(level, "call", {{"rpc", rpc}, {"duration_s", took}});
  } else {
    seams_.logger.Write(level, "call failed",
                        {{"rpc", rpc}, {"duration_s", took}, {"error", status}});
  }
}

grpc::Status RpcRunner::Unimplemented(std::string_view rpc) {
  const std::string name(rpc);
  return ToGrpcStatus(
      WithReason(absl::UnimplementedError(absl::StrCat(
                     name, " is part of the interface but not of this version of lif")),
                 "RPC_NOT_IMPLEMENTED", {{"rpc", name}}));
}

CallEnd RpcRunner::EndOf(grpc::ServerContextBase* context) const {
  return {seams_.stop, [context] { return context->IsCancelled(); }};
}

std::string TraceparentOf(const grpc::ServerContext& context) {
  const auto found = context.client_metadata().find("traceparent");
  if (found == context.client_metadata().end()) return "";
  std::string value(found->second.data(), found->second.size());
  return IsTraceparent(value) ? value : "";
}

}  // namespace lif
