#include "tests/unit/cli/fake_factory.h"

#include <grpcpp/server_builder.h>

#include "cli/app.h"
#include "cli/commands.h"
#include "cli/rpc.h"
#include "common/base/grpc_status.h"

namespace lif {
namespace {

template <typename Response>
grpc::Status Play(grpc::ServerContext* context, std::deque<ScriptedStream<Response>>* scripts,
                  grpc::ServerWriter<Response>* writer) {
  if (scripts->empty()) return {grpc::StatusCode::INTERNAL, "the script has no further stream"};
  ScriptedStream<Response> script = std::move(scripts->front());
  scripts->pop_front();
  for (const Response& response : script.responses) writer->Write(response);
  if (script.before_end) script.before_end();
  while (script.hang && !context->IsCancelled()) absl::SleepFor(absl::Milliseconds(1));
  return script.status;
}

grpc::Status NotFound(const std::string& what) {
  return ToGrpcStatus(absl::NotFoundError("no " + what));
}

}  // namespace

grpc::Status FakeBuildService::SubmitBuilds(grpc::ServerContext*,
                                            const v1::SubmitBuildsRequest* request,
                                            v1::SubmitBuildsResponse* response) {
  submits.push_back(*request);
  if (!submit_failures.empty()) {
    grpc::Status failure = submit_failures.front();
    submit_failures.pop_front();
    return failure;
  }
  *response = submit_reply;
  return grpc::Status::OK;
}

grpc::Status FakeBuildService::GetBuild(grpc::ServerContext*, const v1::GetBuildRequest* request,
                                        v1::GetBuildResponse* response) {
  const auto found = builds.find(request->build_id());
  if (found == builds.end()) return NotFound("build " + request->build_id());
  if (const auto layers = reuse.find(request->build_id()); layers != reuse.end()) {
    *response = layers->second;
  }
  *response->mutable_build() = found->second;
  return grpc::Status::OK;
}

grpc::Status FakeBuildService::Prewarm(grpc::ServerContext*, const v1::PrewarmRequest* request,
                                       v1::PrewarmResponse* response) {
  prewarm_request = *request;
  *response = prewarm_reply;
  return grpc::Status::OK;
}

grpc::Status FakeBuildService::PlanBuilds(grpc::ServerContext*,
                                          const v1::PlanBuildsRequest* request,
                                          v1::PlanBuildsResponse* response) {
  plan_request = *request;
  *response = plan_reply;
  return grpc::Status::OK;
}

grpc::Status FakeBuildService::ListBuilds(grpc::ServerContext*,
                                          const v1::ListBuildsRequest* request,
                                          v1::ListBuildsResponse* response) {
  list_request = *request;
  *response = list_reply;
  return grpc::Status::OK;
}

grpc::Status FakeBuildService::WatchBuilds(grpc::ServerContext* context,
                                           const v1::WatchBuildsRequest* request,
                                           grpc::ServerWriter<v1::WatchBuildsResponse>* writer) {
  watch_requests.push_back(*request);
  return Play(context, &watches, writer);
}

grpc::Status FakeBuildService::StreamBuildLog(
    grpc::ServerContext* context, const v1::StreamBuildLogRequest* request,
    grpc::ServerWriter<v1::StreamBuildLogResponse>* writer) {
  log_requests.push_back(*request);
  return Play(context, &logs, writer);
}

grpc::Status FakeBuildService::CancelBuild(grpc::ServerContext*,
                                           const v1::CancelBuildRequest* request,
                                           v1::CancelBuildResponse* response) {
  cancel_request = *request;
  *response = cancel_reply;
  return grpc::Status::OK;
}

grpc::Status FakeRecordService::GetRecord(grpc::ServerContext*, const v1::GetRecordRequest* request,
                                          v1::GetRecordResponse* response) {
  const auto found = records.find(request->build_id());
  if (found == records.end()) return NotFound("record of build " + request->build_id());
  *response->mutable_record() = found->second;
  return grpc::Status::OK;
}

grpc::Status FakeRecordService::ListRecords(grpc::ServerContext*,
                                            const v1::ListRecordsRequest* request,
                                            v1::ListRecordsResponse* response) {
  list_requests.push_back(*request);
  if (!pages.empty()) {
    *response = pages.front();
    pages.pop_front();
  }
  return grpc::Status::OK;
}

grpc::Status FakeRecordService::GetArtifact(grpc::ServerContext*,
                                            const v1::GetArtifactRequest* request,
                                            grpc::ServerWriter<v1::GetArtifactResponse>* writer) {
  const auto found = artifacts.find(request->build_id() + "/" + request->name());
  if (found == artifacts.end()) return NotFound("artifact " + request->name());
  // In small pieces, so that putting them together is tested.
  for (size_t from = 0; from < found->second.size(); from += 7) {
    v1::GetArtifactResponse piece;
    piece.set_offset(static_cast<int64_t>(from));
    piece.set_data(found->second.substr(from, 7));
    writer->Write(piece);
  }
  return grpc::Status::OK;
}

grpc::Status FakeRecordService::DiffBuilds(grpc::ServerContext*,
                                           const v1::DiffBuildsRequest* request,
                                           v1::DiffBuildsResponse* response) {
  diff_request = *request;
  *response = diff_reply;
  return grpc::Status::OK;
}

grpc::Status FakeCatalogService::GetImpact(grpc::ServerContext*,
                                           const v1::GetImpactRequest* request,
                                           v1::GetImpactResponse* response) {
  impact_requests.push_back(*request);
  if (!impact_pages.empty()) {
    *response = impact_pages.front();
    impact_pages.pop_front();
  }
  return grpc::Status::OK;
}

grpc::Status FakeCatalogService::GetManifest(grpc::ServerContext*,
                                             const v1::GetManifestRequest* request,
                                             v1::GetManifestResponse* response) {
  const auto found = manifests.find(request->manifest_id());
  if (found == manifests.end()) {
    return ToGrpcStatus(absl::NotFoundError("no manifest '" + request->manifest_id() +
                                            "' is published; did you mean 'python-web'?"));
  }
  *response = found->second;
  return grpc::Status::OK;
}

grpc::Status FakeCatalogService::ListManifests(grpc::ServerContext*,
                                               const v1::ListManifestsRequest* request,
                                               v1::ListManifestsResponse* response) {
  list_request = *request;
  *response = list_reply;
  return grpc::Status::OK;
}

grpc::Status FakeCatalogService::RenderDockerfile(grpc::ServerContext*,
                                                  const v1::RenderDockerfileRequest* request,
                                                  v1::RenderDockerfileResponse* response) {
  render_request = *request;
  *response = render_reply;
  return grpc::Status::OK;
}

FakeFactory::FakeFactory() {
  grpc::ServerBuilder builder;
  builder.RegisterService(&builds);
  builder.RegisterService(&records);
  builder.RegisterService(&catalog);
  builder.RegisterService(&fleet);
  server_ = builder.BuildAndStart();
}

FakeFactory::~FakeFactory() {
  server_->Shutdown();
}

namespace {

CliContext ContextOf(CliRun* run, Clock* clock, std::map<std::string, std::string> environment) {
  CliContext context;
  context.terminal.out = [run](std::string_view text) { run->out.append(text); };
  context.terminal.err = [run](std::string_view text) { run->err.append(text); };
  context.clock = clock;
  context.environment = [environment](const std::string& name) -> std::optional<std::string> {
    const auto found = environment.find(name);
    if (found == environment.end()) return std::nullopt;
    return found->second;
  };
  return context;
}

}  // namespace

CliRun FakeFactory::Run(const std::vector<std::string>& args) {
  CliRun run;
  CliContext context = ContextOf(&run, &clock, environment);
  context.interrupt = interrupt.get_token();
  context.terminal.err_is_terminal = live_terminal;
  context.terminal.err_width = live_terminal ? 100 : 0;
  context.terminal.err_style.unicode = live_terminal;
  context.connect = [this](const ServerTarget&) {
    return server_->InProcessChannel(grpc::ChannelArguments());
  };
  run.code = static_cast<int>(RunCli(args, AllCommands(), context));
  return run;
}

CliRun RunAlone(const std::vector<std::string>& args, const std::string& executor_program,
                std::stop_token interrupt) {
  CliRun run;
  SystemClock clock;
  CliContext context = ContextOf(&run, &clock, {});
  context.connect = ConnectToServer;
  context.executor_program = executor_program;
  context.interrupt = interrupt;
  run.code = static_cast<int>(RunCli(args, AllCommands(), context));
  return run;
}

v1::SubmittedBuild Submitted(const std::string& manifest, const std::string& build_id,
                             v1::Disposition disposition) {
  v1::SubmittedBuild build;
  build.set_manifest_id(manifest);
  build.set_platform("linux/amd64");
  build.set_build_id(build_id);
  build.set_disposition(disposition);
  build.set_generation(1);
  return build;
}

v1::WatchBuildsResponse Event(const std::string& build_id, v1::BuildState state,
                              const std::string& stage, const std::string& step, int number,
                              int total) {
  v1::WatchBuildsResponse response;
  v1::BuildEvent* event = response.mutable_event();
  event->set_build_id(build_id);
  event->set_state(state);
  event->set_stage(stage);
  if (state == v1::BUILD_STATE_RUNNING) {
    event->set_executor("executor-1");
    event->set_attempt(1);
  }
  if (!step.empty()) {
    event->mutable_step()->set_name(step);
    event->mutable_step()->set_number(number);
    event->mutable_step()->set_total(total);
  }
  return response;
}

v1::WatchBuildsResponse LastEvent(const std::string& build_id, v1::Outcome outcome) {
  v1::WatchBuildsResponse response = Event(build_id, v1::BUILD_STATE_DONE);
  response.mutable_event()->set_outcome(outcome);
  response.mutable_event()->set_attempt(1);
  response.mutable_event()->set_last(true);
  return response;
}

v1::Record RecordOf(const std::string& manifest, const std::string& build_id, v1::Outcome outcome) {
  v1::Record record;
  record.set_build_id(build_id);
  record.set_build_key(std::string(64, 'a'));
  record.set_manifest_id(manifest);
  record.set_platform("linux/amd64");
  record.set_outcome(outcome);
  record.set_generation(1);
  record.set_attempt(1);
  record.mutable_started_at()->set_seconds(1699999900);
  record.mutable_ended_at()->set_seconds(1699999934);
  record.set_steps_cached(4);
  record.set_steps_run(9);
  if (outcome == v1::OUTCOME_COMPATIBLE || outcome == v1::OUTCOME_INCOMPATIBLE) {
    record.set_repository("127.0.0.1:5000/lif/images");
    record.set_image_digest("sha256:" + std::string(64, 'b'));
  }
  if (outcome == v1::OUTCOME_COMPATIBLE) {
    record.add_tags("127.0.0.1:5000/lif/images:" + manifest + "-linux-amd64");
  }
  return record;
}

}  // namespace lif
