// A control plane in the process: the generated services with scripted answers, and `lif` run
// against it.
#pragma once

#include <grpcpp/server.h>

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "cli/command.h"
#include "lif/v1/build_service.grpc.pb.h"
#include "lif/v1/catalog_service.grpc.pb.h"
#include "lif/v1/fleet_service.grpc.pb.h"
#include "lif/v1/record_service.grpc.pb.h"

namespace lif {

// Sleeping takes no time, but moves this clock.
class SkippingClock final : public Clock {
 public:
  absl::Time Now() override { return absl::FromUnixSeconds(1700000000) + Steady(); }
  absl::Duration Steady() override { return absl::Milliseconds(passed_ms_.load()); }
  bool Sleep(absl::Duration duration, std::stop_token stop) override {
    passed_ms_ += absl::ToInt64Milliseconds(duration);
    return !stop.stop_requested();
  }

 private:
  std::atomic<int64_t> passed_ms_{0};
};

// What one call of a stream does: sends, then ends with the status.
template <typename Response>
struct ScriptedStream {
  std::vector<Response> responses;
  grpc::Status status = grpc::Status::OK;
  std::function<void()> before_end;
  bool hang = false;  // stays open until the client leaves
};

class FakeBuildService final : public v1::BuildService::Service {
 public:
  std::deque<grpc::Status> submit_failures;  // answered first, one a call
  v1::SubmitBuildsResponse submit_reply;
  std::vector<v1::SubmitBuildsRequest> submits;
  std::deque<ScriptedStream<v1::WatchBuildsResponse>> watches;
  std::vector<v1::WatchBuildsRequest> watch_requests;
  std::map<std::string, v1::Build> builds;
  v1::ListBuildsResponse list_reply;
  v1::ListBuildsRequest list_request;
  std::deque<ScriptedStream<v1::StreamBuildLogResponse>> logs;
  std::vector<v1::StreamBuildLogRequest> log_requests;
  v1::CancelBuildResponse cancel_reply;
  v1::CancelBuildRequest cancel_request;
  v1::PrewarmResponse prewarm_reply;
  v1::PrewarmRequest prewarm_request;
  v1::PlanBuildsResponse plan_reply;
  v1::PlanBuildsRequest plan_request;
  std::map<std::string, v1::GetBuildResponse> reuse;  // by build ID: layers and savings

  grpc::Status SubmitBuilds(grpc::ServerContext*, const v1::SubmitBuildsRequest*,
                            v1::SubmitBuildsResponse*) override;
  grpc::Status GetBuild(grpc::ServerContext*, const v1::GetBuildRequest*,
                        v1::GetBuildResponse*) override;
  grpc::Status ListBuilds(grpc::ServerContext*, const v1::ListBuildsRequest*,
                          v1::ListBuildsResponse*) override;
  grpc::Status WatchBuilds(grpc::ServerContext*, const v1::WatchBuildsRequest*,
                           grpc::ServerWriter<v1::WatchBuildsResponse>*) override;
  grpc::Status StreamBuildLog(grpc::ServerContext*, const v1::StreamBuildLogRequest*,
                              grpc::ServerWriter<v1::StreamBuildLogResponse>*) override;
  grpc::Status CancelBuild(grpc::ServerContext*, const v1::CancelBuildRequest*,
                           v1::CancelBuildResponse*) override;
  grpc::Status PlanBuilds(grpc::ServerContext*, const v1::PlanBuildsRequest*,
                          v1::PlanBuildsResponse*) override;
  grpc::Status Prewarm(grpc::ServerContext*, const v1::PrewarmRequest*,
                       v1::PrewarmResponse*) override;
};

class FakeRecordService final : public v1::RecordService::Service {
 public:
  std::map<std::string, v1::Record> records;
  std::map<std::string, std::string> artifacts;  // "<build ID>/<name>" → bytes
  std::deque<v1::ListRecordsResponse> pages;
  std::vector<v1::ListRecordsRequest> list_requests;
  v1::DiffBuildsResponse diff_reply;
  v1::DiffBuildsRequest diff_request;

  grpc::Status GetRecord(grpc::ServerContext*, const v1::GetRecordRequest*,
                         v1::GetRecordResponse*) override;
  grpc::Status ListRecords(grpc::ServerContext*, const v1::ListRecordsRequest*,
                           v1::ListRecordsResponse*) override;
  grpc::Status GetArtifact(grpc::ServerContext*, const v1::GetArtifactRequest*,
                           grpc::ServerWriter<v1::GetArtifactResponse>*) override;
  grpc::Status DiffBuilds(grpc::ServerContext*, const v1::DiffBuildsRequest*,
                          v1::DiffBuildsResponse*) override;
};

class FakeCatalogService final : public v1::CatalogService::Service {
 public:
  std::map<std::string, v1::GetManifestResponse> manifests;
  v1::ListManifestsResponse list_reply;
  v1::ListManifestsRequest list_request;
  v1::RenderDockerfileResponse render_reply;
  v1::RenderDockerfileRequest render_request;
  std::deque<v1::GetImpactResponse> impact_pages;
  std::vector<v1::GetImpactRequest> impact_requests;

  grpc::Status GetManifest(grpc::ServerContext*, const v1::GetManifestRequest*,
                           v1::GetManifestResponse*) override;
  grpc::Status ListManifests(grpc::ServerContext*, const v1::ListManifestsRequest*,
                             v1::ListManifestsResponse*) override;
  grpc::Status RenderDockerfile(grpc::ServerContext*, const v1::RenderDockerfileRequest*,
                                v1::RenderDockerfileResponse*) override;
  grpc::Status GetImpact(grpc::ServerContext*, const v1::GetImpactRequest*,
                         v1::GetImpactResponse*) override;
};

class FakeFleetService final : public v1::FleetService::Service {
 public:
  std::deque<v1::ExecutorStatus> drains;  // answered one a call, the last for ever
  std::vector<v1::DrainExecutorRequest> drain_requests;
  v1::ListDeadLettersResponse dead_letters;
  v1::RetryDeadLetterResponse retry_reply;
  std::vector<std::string> acted_on;  // job IDs of retries and drops
  v1::CheckHealthResponse health;
  v1::CheckQueueResponse queue_check;
  v1::GetSummaryResponse summary;
  v1::ListPoolsResponse pools;
  v1::ListExecutorsResponse executors;

  grpc::Status GetSummary(grpc::ServerContext*, const v1::GetSummaryRequest*,
                          v1::GetSummaryResponse*) override;
  grpc::Status ListPools(grpc::ServerContext*, const v1::ListPoolsRequest*,
                         v1::ListPoolsResponse*) override;
  grpc::Status ListExecutors(grpc::ServerContext*, const v1::ListExecutorsRequest*,
                             v1::ListExecutorsResponse*) override;
  grpc::Status DrainExecutor(grpc::ServerContext* context, const v1::DrainExecutorRequest* request,
                             v1::DrainExecutorResponse* response) override;
  grpc::Status ListDeadLetters(grpc::ServerContext* context,
                               const v1::ListDeadLettersRequest* request,
                               v1::ListDeadLettersResponse* response) override;
  grpc::Status RetryDeadLetter(grpc::ServerContext* context,
                               const v1::RetryDeadLetterRequest* request,
                               v1::RetryDeadLetterResponse* response) override;
  grpc::Status DropDeadLetter(grpc::ServerContext* context,
                              const v1::DropDeadLetterRequest* request,
                              v1::DropDeadLetterResponse* response) override;
  grpc::Status CheckHealth(grpc::ServerContext* context, const v1::CheckHealthRequest* request,
                           v1::CheckHealthResponse* response) override;
  grpc::Status CheckQueue(grpc::ServerContext* context, const v1::CheckQueueRequest* request,
                          v1::CheckQueueResponse* response) override;
};

struct CliRun {
  int code = -1;
  std::string out;
  std::string err;
};

// Scripts are set before a run and requests read after it.
class FakeFactory {
 public:
  FakeFactory();
  ~FakeFactory();

  CliRun Run(const std::vector<std::string>& args);

  FakeBuildService builds;
  FakeRecordService records;
  FakeCatalogService catalog;
  FakeFleetService fleet;
  std::map<std::string, std::string> environment;
  std::stop_source interrupt;
  bool live_terminal = false;
  SkippingClock clock;

 private:
  std::unique_ptr<grpc::Server> server_;
};

// `lif` with nobody to talk to but what `connect` of production finds at `server`, and for local
// builds the program that is given.
CliRun RunAlone(const std::vector<std::string>& args, const std::string& executor_program = "",
                std::stop_token interrupt = {});

// Builders of what scripts say.
v1::SubmittedBuild Submitted(const std::string& manifest, const std::string& build_id,
                             v1::Disposition disposition);
v1::WatchBuildsResponse Event(const std::string& build_id, v1::BuildState state,
                              const std::string& stage = "", const std::string& step = "",
                              int number = 0, int total = 0);
v1::WatchBuildsResponse LastEvent(const std::string& build_id, v1::Outcome outcome);
v1::Record RecordOf(const std::string& manifest, const std::string& build_id, v1::Outcome outcome);

inline constexpr char kBuildA[] = "01HZX0000000000000000000AA";
inline constexpr char kBuildB[] = "01HZX0000000000000000000BB";

}  // namespace lif
