// Submits that race with each other, with the ends of jobs, and with themselves.
#include <memory>
#include <thread>

#include "common/base/ids.h"
#include "tests/unit/controlplane/replica.h"

namespace lif {
namespace {

TEST_CASE("replicas that race make each layer once", "[submit]") {
  ControlPlane plane;
  std::vector<std::unique_ptr<Replica>> replicas;
  for (int i = 0; i < 4; ++i) replicas.push_back(std::make_unique<Replica>(plane));
  std::vector<absl::StatusOr<SubmitBuildsOutput>> outputs(replicas.size(),
                                                          absl::InternalError("not asked"));
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < replicas.size(); ++i) {
      threads.emplace_back([&, i] {
        outputs[i] = replicas[i]->submit.Run(
            Asking({"py-api", "py-worker", "nginx-site", "gpu-report"}), kGoing);
      });
    }
  }
  std::set<std::string> builds;
  for (const auto& output : outputs) {
    REQUIRE(output.ok());
    for (const SubmittedBuild& build : output->builds) builds.insert(build.build_id);
  }
  CHECK(builds.size() == 4);
  CHECK(LayerGenerations(plane) == Generations{1, 1});  // ca-roots, python-web; nginx is no cut
  CHECK(Jobs(plane, JobKind::kImage).size() == 4);
}

TEST_CASE("a layer that failed is tried again as its next generation", "[submit]") {
  ControlPlane plane;
  const v1::SubmittedBuild first = plane.SubmitOne("py-api");
  plane.FinishLayer(plane.ClaimAny(), Outcome::kFailed);
  Replica replica(plane);
  SECTION("its record is known") {}
  SECTION("it ends while the request is answered") {
    replica.queue.blind = true;
  }
  // The upper layer and the image were blamed, and are ending.
  const SubmitBuildsOutput output = replica.Submit(Asking({"py-api"}));
  REQUIRE(output.builds.size() == 1);
  CHECK(output.builds[0].answer == SubmitAnswer::kQueued);
  CHECK(output.builds[0].generation == 2);
  CHECK(output.builds[0].build_id != first.build_id());
  CHECK(LayerGenerations(plane) == Generations{1, 1, 2, 2});
  const SubmitRequest& last = replica.queue.requests.back();
  CHECK(last.jobs[0].kind == JobKind::kImage);
  CHECK(plane.queue.GetJob(output.builds[0].build_id)->state == JobState::kWaiting);
}

TEST_CASE("a layer that is being stopped is not joined", "[submit]") {
  ControlPlane plane;
  plane.SubmitOne("py-api");
  const std::string lower = [&plane] {
    for (const JobView& job : Jobs(plane, JobKind::kLayer)) {
      if (job.state == JobState::kReady) return job.spec.build_id;
    }
    return std::string();
  }();
  REQUIRE(plane.queue.Cancel(lower, "").ok());
  Replica replica(plane);
  SECTION("that is known") {}
  SECTION("it is stopped while the request is answered") {
    replica.queue.blind = true;
  }
  const SubmitBuildsOutput output = replica.Submit(Asking({"nginx-site"}));
  CHECK(output.builds[0].answer == SubmitAnswer::kQueued);
  CHECK(LayerGenerations(plane) == Generations{1, 1, 2});
  const SubmitRequest& last = replica.queue.requests.back();
  REQUIRE(last.jobs.size() == 1);
  REQUIRE(last.jobs[0].needs.size() == 1);
  CHECK(GenerationOf(last.jobs[0].needs[0]) == 2);
}

TEST_CASE("a layer that is made while the request is answered lets the image go on", "[submit]") {
  ControlPlane plane;
  plane.SubmitOne("nginx-site");
  plane.FinishLayer(plane.ClaimAny(), Outcome::kCompatible);
  ObservedQueue queue(plane.queue);
  queue.blind = true;
  LateLedger ledger(plane.ledger);
  // Its record is not there either as long as the ledger was not asked: the submit meets the job.
  MemoryRecordStore records;
  const SubmitBuilds submit({plane.manifests, records, queue, plane.layers, ledger, plane.clock});
  const auto output = submit.Run(Asking({"py-api"}), kGoing);
  REQUIRE(output.ok());
  CHECK(LayerGenerations(plane) == Generations{1, 1});
  CHECK(plane.queue.GetJob(output->builds[0].build_id)->state == JobState::kWaiting);
  REQUIRE(queue.requests.size() == 2);
  CHECK(plane.ClaimAny().spec.kind == JobKind::kImage);  // of nginx-site
  CHECK(plane.ClaimAny().spec.job_id == queue.requests[0].jobs[1].job_id);
}

TEST_CASE("a request that is repeated answers the same builds and makes nothing more", "[submit]") {
  ControlPlane plane;
  Replica replica(plane);
  SubmitBuildsInput input = Asking({"py-api", "nginx-site"});
  input.request_id = NewUlid(plane.clock.Now());
  const SubmitBuildsOutput first = replica.Submit(input);
  SECTION("at once") {}
  SECTION("after a layer was made") {
    plane.FinishLayer(plane.ClaimAny(), Outcome::kCompatible);
  }
  SECTION("after a layer failed, and took its images with it") {
    plane.FinishLayer(plane.ClaimAny(), Outcome::kFailed);
  }
  SECTION("after all of them ended, one with a failure") {
    plane.Finish(plane.Claim(), Outcome::kFailed);
    plane.Finish(plane.Claim(), Outcome::kCompatible);
  }
  const size_t jobs = plane.queue.ListJobs({}).value().size();
  Replica other(plane);
  const SubmitBuildsOutput again = other.Submit(input);
  REQUIRE(again.builds.size() == 2);
  CHECK(again.request_id == first.request_id);
  for (size_t i = 0; i < 2; ++i) CHECK(again.builds[i].build_id == first.builds[i].build_id);
  CHECK(plane.queue.ListJobs({}).value().size() == jobs);
}

}  // namespace
}  // namespace lif
