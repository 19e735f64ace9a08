// The way of a build through two replicas and real stores.
#include <grpcpp/client_context.h>

#include <set>
#include <thread>

#include "lif/v1/catalog_service.grpc.pb.h"
#include "lif/v1/fleet_service.grpc.pb.h"
#include "lif/v1/record_service.grpc.pb.h"
#include "tests/integration/controlplane/factory.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("a build submitted at one replica is followed at another, recorded and reused") {
  Factory factory;
  factory.RegisterExecutor();
  ControlPlaneProcess first(factory.Config());
  ControlPlaneProcess second(factory.Config());
  first.AwaitServing();
  second.AwaitServing();
  const auto build = v1::BuildService::NewStub(first.Channel());
  const auto other = v1::BuildService::NewStub(second.Channel());

  v1::SubmitBuildsResponse submitted;
  REQUIRE(build->SubmitBuilds(Deadline().get(), SubmitRequestFor({"py-api"}), &submitted).ok());
  REQUIRE(submitted.builds_size() == 1);
  CHECK(submitted.builds(0).disposition() == v1::DISPOSITION_QUEUED);
  CHECK(submitted.warnings().empty());
  v1::SubmitBuildsResponse joined;
  REQUIRE(other->SubmitBuilds(Deadline().get(), SubmitRequestFor({"py-api"}), &joined).ok());
  CHECK(joined.builds(0).disposition() == v1::DISPOSITION_JOINED);
  const std::string build_id = submitted.builds(0).build_id();
  CHECK(joined.builds(0).build_id() == build_id);

  v1::WatchBuildsRequest watch;
  watch.add_build_ids(build_id);
  const auto watch_context = Deadline();
  const auto events = other->WatchBuilds(watch_context.get(), watch);
  v1::WatchBuildsResponse event;
  REQUIRE(events->Read(&event));
  CHECK(event.event().state() == v1::BUILD_STATE_WAITING);  // for its layers

  v1::StreamBuildLogRequest follow;
  follow.set_build_id(build_id);
  follow.set_follow(true);
  const auto log_context = Deadline();
  const auto log = other->StreamBuildLog(log_context.get(), follow);
  const ClaimedJob job = factory.Claim();
  REQUIRE(factory.log->Append(build_id, 0, "step 1\n").ok());
  v1::StreamBuildLogResponse piece;
  REQUIRE(log->Read(&piece));
  CHECK(piece.data() == "step 1\n");
  factory.Finish(job, Outcome::kCompatible, "step 1\nstep 2 \xff\n");
  std::string rest;
  bool ended = false;
  while (log->Read(&piece)) {
    rest += piece.data();
    ended = piece.end();
  }
  CHECK(rest == "step 2 \xff\n");
  CHECK(ended);
  while (!event.event().last()) REQUIRE(events->Read(&event));
  CHECK(event.event().outcome() == v1::OUTCOME_COMPATIBLE);
  CHECK_FALSE(events->Read(&event));
  CHECK(events->Finish().ok());

  v1::SubmitBuildsResponse reused;
  REQUIRE(other->SubmitBuilds(Deadline().get(), SubmitRequestFor({"py-api"}), &reused).ok());
  CHECK(reused.builds(0).disposition() == v1::DISPOSITION_REUSED);
  CHECK(reused.builds(0).build_id() == build_id);

  const auto records = v1::RecordService::NewStub(first.Channel());
  v1::GetRecordRequest by_key;
  by_key.set_build_key(reused.builds(0).build_key());
  v1::GetRecordResponse record;
  REQUIRE(records->GetRecord(Deadline().get(), by_key, &record).ok());
  CHECK(record.record().effective());
  CHECK(record.record().artifacts(0).name() == "build.log");
}

TEST_CASE("two replicas make each layer once, and submit no layer that the ledger has") {
  Factory factory;
  ControlPlaneProcess first(factory.Config());
  ControlPlaneProcess second(factory.Config());
  first.AwaitServing();
  second.AwaitServing();
  const auto build = v1::BuildService::NewStub(first.Channel());
  const auto other = v1::BuildService::NewStub(second.Channel());
  const auto layers = [&build] {
    v1::ListBuildsRequest request;
    request.set_kind(v1::JOB_KIND_LAYER);
    v1::ListBuildsResponse response;
    REQUIRE(build->ListBuilds(Deadline().get(), request, &response).ok());
    return response.builds_size();
  };
  v1::SubmitBuildsResponse api;
  v1::SubmitBuildsResponse worker;
  grpc::Status statuses[2];
  {
    std::jthread one([&] {
      statuses[0] = build->SubmitBuilds(Deadline().get(), SubmitRequestFor({"py-api"}), &api);
    });
    std::jthread two([&] {
      statuses[1] = other->SubmitBuilds(Deadline().get(), SubmitRequestFor({"py-worker"}), &worker);
    });
  }
  REQUIRE(statuses[0].ok());
  REQUIRE(statuses[1].ok());
  CHECK(layers() == 2);  // ca-roots and python-web, which both have
  factory.Finish(factory.Claim(), Outcome::kCompatible, "");
  factory.Finish(factory.Claim(), Outcome::kCompatible, "");
  v1::SubmitBuildsResponse nginx;
  REQUIRE(other->SubmitBuilds(Deadline().get(), SubmitRequestFor({"nginx-site"}), &nginx).ok());
  CHECK(nginx.builds(0).reason() ==
        "nothing is recorded for its build key; 1 layer to build: app nginx@1.0.0; 1 reused");
  CHECK(layers() == 2);
  CHECK(factory.ClaimAny().spec.build_id == nginx.builds(0).build_id());
}

TEST_CASE("hundreds of builds in one request become one job each, and pages list them all") {
  Factory factory;
  ControlPlaneProcess process(factory.Config());
  process.AwaitServing();
  const auto build = v1::BuildService::NewStub(process.Channel());
  v1::SubmitBuildsRequest request;
  for (const char* manifest : {"py-api", "py-worker", "nginx-site", "gpu-report"}) {
    request.add_builds()->set_manifest_id(manifest);
  }
  for (int i = 0; i < 500; ++i) *request.add_builds() = request.builds(i % 4);
  v1::SubmitBuildsResponse response;
  REQUIRE(build->SubmitBuilds(Deadline().get(), request, &response).ok());
  CHECK(response.builds_size() == 504 + 252);  // two of the four offer two platforms
  std::set<std::string> ids;
  for (const v1::SubmittedBuild& submitted : response.builds()) ids.insert(submitted.build_id());
  CHECK(ids.size() == 6);

  std::set<std::string> listed;
  v1::ListBuildsRequest list;
  list.set_page_size(4);
  do {
    v1::ListBuildsResponse page;
    REQUIRE(build->ListBuilds(Deadline().get(), list, &page).ok());
    for (const v1::Build& item : page.builds()) CHECK(listed.insert(item.build_id()).second);
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  CHECK(listed == ids);
}

TEST_CASE("the published catalog is answered from PostgreSQL") {
  Factory factory;
  ControlPlaneProcess process(factory.Config());
  process.AwaitServing();
  const auto catalog = v1::CatalogService::NewStub(process.Channel());
  v1::GetManifestRequest request;
  request.set_manifest_id("py-api");
  v1::GetManifestResponse manifest;
  REQUIRE(catalog->GetManifest(Deadline().get(), request, &manifest).ok());
  CHECK(manifest.stack_size() == 2);
  request.set_manifest_id("py-apj");
  const grpc::Status unknown = catalog->GetManifest(Deadline().get(), request, &manifest);
  CHECK(unknown.error_code() == grpc::StatusCode::NOT_FOUND);
  CHECK(unknown.error_message().find("'py-api'") != std::string::npos);
  v1::RenderDockerfileRequest render;
  render.set_manifest_id("nginx-site");
  render.set_platform("linux/amd64");
  v1::RenderDockerfileResponse rendered;
  REQUIRE(catalog->RenderDockerfile(Deadline().get(), render, &rendered).ok());
  CHECK(rendered.dockerfile().find("RUN echo nginx") != std::string::npos);
  v1::ListManifestsResponse page;
  REQUIRE(catalog->ListManifests(Deadline().get(), {}, &page).ok());
  CHECK(page.manifests_size() == 4);
}

TEST_CASE("the ticker of a replica gives a lost executor's job to the next") {
  Factory factory;
  ControlPlaneProcess process(factory.Config());
  process.AwaitServing();
  const auto build = v1::BuildService::NewStub(process.Channel());
  v1::SubmitBuildsResponse submitted;
  REQUIRE(build->SubmitBuilds(Deadline().get(), SubmitRequestFor({"py-api"}), &submitted).ok());
  const auto claimed =  // the lowest layer
      factory.queue->Claim({"executor-2", "amd64", "lost", absl::Milliseconds(500)});
  REQUIRE(claimed.value().has_value());
  v1::WatchBuildsRequest watch;
  watch.add_build_ids((*claimed)->spec.build_id);
  const auto context = Deadline();
  const auto events = build->WatchBuilds(context.get(), watch);
  v1::WatchBuildsResponse event;
  while (event.event().state() != v1::BUILD_STATE_QUEUED) REQUIRE(events->Read(&event));
  CHECK(factory.ClaimAny().crash_count == 1);
}

}  // namespace
}  // namespace lif
