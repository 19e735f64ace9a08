#include "cli/build_submit.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "cli/build_summary.h"
#include "cli/rpc.h"
#include "cli/text.h"
#include "common/base/grpc_status.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "lif/v1/build_service.grpc.pb.h"

namespace lif {
namespace {

constexpr absl::Duration kSubmitDeadline = absl::Seconds(60);
constexpr int kMaxSubmits = 3;
// The server takes 10,000 builds at a time. Without --platform a manifest is as many builds as it
// offers platforms, and the answer must stay under 4 MiB.
constexpr size_t kMaxBuilds = 10'000;
constexpr size_t kMaxManifests = 2'500;

size_t EndOfBatch(const std::vector<v1::BuildRequest>& builds, size_t begin) {
  size_t platforms = 0;
  size_t end = begin;
  for (; end < builds.size() && end < begin + kMaxManifests; ++end) {
    platforms += std::max(1, builds[end].platforms_size());
    if (platforms > kMaxBuilds) break;
  }
  return std::max(end, begin + 1);
}

v1::SubmitBuildsRequest RequestOf(const SubmitOptions& options, size_t begin, size_t end,
                                  absl::Time now) {
  v1::SubmitBuildsRequest request;
  for (size_t i = begin; i < end; ++i) *request.add_builds() = options.builds[i];
  request.set_priority(options.priority);
  request.set_rerun(options.rerun);
  request.set_tenant(options.tenant);
  request.set_reject_unschedulable(options.reject_unschedulable);
  request.set_validate_only(options.validate_only);
  // The same for every try: a submit whose answer was lost is joined, not doubled.
  request.set_request_id(NewUlid(now));
  return request;
}

absl::StatusOr<v1::SubmitBuildsResponse> SubmitBatch(CliContext& context,
                                                     v1::BuildService::Stub& stub,
                                                     const v1::SubmitBuildsRequest& request) {
  for (int tries = 1;; ++tries) {
    auto reply = Call<v1::BuildService::Stub, v1::SubmitBuildsRequest, v1::SubmitBuildsResponse>(
        context, stub, &v1::BuildService::Stub::SubmitBuilds, request, kSubmitDeadline);
    if (reply.ok() || !absl::IsUnavailable(reply.status()) || tries == kMaxSubmits) return reply;
    // Only a control plane that answers says when; one that isn't there is told at once.
    const auto retry = RetryAfterOf(reply.status());
    if (!retry) return reply;
    const absl::Duration pause = std::clamp(*retry, absl::Milliseconds(100), absl::Seconds(10));
    context.terminal.err(absl::StrCat(context.terminal.err_style.Paint(Tone::kWarn, "!"), " ",
                                      std::string(reply.status().message()), "; trying again in ",
                                      DurationText(pause), "\n"));
    if (!context.clock->Sleep(pause, context.interrupt)) {
      return absl::CancelledError("interrupted before the builds were taken");
    }
  }
}

absl::Status AfterBatches(const absl::Status& status, size_t done, size_t all) {
  if (done == 0) return status;
  absl::Status told(
      status.code(),
      absl::StrCat(std::string(status.message()), "; the builds of ", done, " of ", all,
                   " manifests were taken before: run it again, they are "
                   "joined"));
  status.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    told.SetPayload(type_url, payload);
  });
  return told;
}

}  // namespace

absl::StatusOr<v1::SubmitBuildsResponse> SubmitAll(CliContext& context,
                                                   const std::shared_ptr<grpc::Channel>& channel,
                                                   const SubmitOptions& options) {
  const auto stub = v1::BuildService::NewStub(channel);
  const size_t all = options.builds.size();
  v1::SubmitBuildsResponse whole;
  for (size_t begin = 0; begin < all;) {
    const size_t end = EndOfBatch(options.builds, begin);
    const auto reply =
        SubmitBatch(context, *stub, RequestOf(options, begin, end, context.clock->Now()));
    if (!reply.ok()) return AfterBatches(reply.status(), begin, all);
    Merge(*reply, &whole);
    begin = end;
  }
  return whole;
}

std::string_view DispositionText(v1::Disposition disposition) {
  switch (disposition) {
    case v1::DISPOSITION_REUSED:
      return "reused";
    case v1::DISPOSITION_JOINED:
      return "joined";
    case v1::DISPOSITION_QUEUED:
      return "queued";
    case v1::DISPOSITION_INVALID:
      return "invalid";
    default:
      return "unknown";
  }
}

bool IsLive(const v1::SubmittedBuild& build) {
  return build.disposition() == v1::DISPOSITION_QUEUED ||
         build.disposition() == v1::DISPOSITION_JOINED;
}

}  // namespace lif
